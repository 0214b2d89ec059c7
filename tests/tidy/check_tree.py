#!/usr/bin/env python3
"""Keeps the architecture visible: layers, sizes, banned calls with their replacement, names of files.

  check_tree.py ROOT       exits 1 and names every place that breaks a rule
  check_tree.py --self-test
"""
import pathlib
import re
import subprocess
import sys
import tempfile

MAX_LINES = 600  # "over 400 asks for a second room, 600 is the end"

# Where code lives -> what its #include lines must not match, and why.
INCLUDE_RULES = [
    ("coordinator/core/", r'"coordinator/(?!core/)|<pqxx|grpc|<thread>|<mutex>|<chrono>|<atomic>|<iostream>|<fstream>|<sys/|<unistd'
     r'|<condition_variable>|absl/(time|synchronization|log)', "core/ is pure: no clock, thread, socket, SQL, file or log"),
    ("coordinator/schedule/", r'"coordinator/(?!core/|schedule/)|<pqxx|grpc|<thread>|<mutex>|<chrono>|<atomic>|<iostream>|<fstream>|<sys/|<unistd'
     r'|<condition_variable>|absl/(time/clock|synchronization|log)', "schedule/ is pure and stands on core/: no clock, thread, socket, SQL, file or log"),
    ("coordinator/store/", r'"coordinator/(engine|api|main)/|grpc', "store/ knows only the core"),
    ("coordinator/engine/", r'"coordinator/(api|main)/|"coordinator/store/(postgres|memory)|<pqxx|grpc', "engine/ knows the core and the store's port"),
    ("coordinator/api/", r'"coordinator/(main)/|"coordinator/store/(postgres|memory)|<pqxx', "api/ translates; it knows the engine"),
    ("client_sdk/", r'"coordinator/|"worker_sdk/|"decider_sdk/', "client_sdk stands on the protos only"),
    ("worker_sdk/", r'"coordinator/|"decider_sdk/', "worker_sdk stands on client_sdk"),
    ("decider_sdk/", r'"coordinator/|"worker_sdk/', "decider_sdk stands on client_sdk"),
    ("test_kit/", r'"coordinator/(api|main|schedule)/|"coordinator/store/(postgres|memory)|<pqxx|grpcpp', "test_kit stands on the core and the SDKs"),
    ("cli/", r'"coordinator/', "the CLI is a client"),
]
PUBLIC_HEADERS = re.compile(r"^((client|worker|decider)_sdk|test_kit)/include/")
PUBLIC_BAN = re.compile(r'#include [<"](grpc|google/protobuf|absl|.*\.pb\.h)')

# Where -> pattern -> what to use instead.
BANNED = [
    (r".*\.(cc|h)$", r"\b(s?rand|random)\(\)?\s*\(?", None),
    (r"^tests/(?!bench/|sdk/traps_test\.cc$).*\.(cc|h)$", r"sleep_for|sleep_until|\busleep\(|(?<!wf\.)(?<!scope\.)(?<!shield\.)\bsleep\(", "wait for the condition itself, with a deadline"),
    (r"^coordinator/(core|schedule)/.*", r"absl::Now\b|system_clock|steady_clock|\btime\(nullptr\)|getenv", "take now from the Context"),
    (r"^(coordinator|tests/store)/.*\.(cc|h|sql)$", r"\bFOR UPDATE\b|\bpg_notify\b|^\s*(NOTIFY|LISTEN)\b", "the journal's key is the fence; coordinators talk over gRPC"),
    (r"^(?!coordinator/store/)(coordinator|client_sdk|worker_sdk|decider_sdk|cli)/.*\.(cc|h)$",
     r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM) ', "SQL lives in coordinator/store"),
    (r".*CMakeLists\.txt$", r"file\s*\(\s*GLOB", "list the sources"),
    (r".*\.(cc|h)$", r"absl::Mutex\b", "std::mutex"),
    (r".*\.(cc|h)$", r"using namespace std;", "name what is used"),
    (r".*", r"/work/|/home/[a-z]|bash_jobs", "no machine paths"),
]
BANNED[0] = (r"(?!decider_sdk/src/traps\.cc).*\.(cc|h)$", r"(?<![\w:.])(std::)?s?rand\s*\(", "a seeded std::mt19937_64, or the run's own source")
FILE_NAMES = re.compile(r"(^|[_/])(common|util|utils|helper|helpers|manager|impl)\.(cc|h|proto)$")
FILE_NAMES_ALLOWED = {"proto/baton/v1/common.proto"}
CODE = re.compile(r"\.(cc|h|proto|py|sh|sql|cmake|txt)$")


def without_comments(line):
    return re.sub(r"//.*$", "", line)


def check_file(name, text):
    """Yields what is wrong with one file, as 'name:line: reason'."""
    lines = text.split("\n")
    if re.search(r"\.(cc|h|py)$", name) and len(lines) > MAX_LINES:
        yield "%s:%d: over %d lines: a second room is waiting" % (name, len(lines), MAX_LINES)
    if FILE_NAMES.search(name) and name not in FILE_NAMES_ALLOWED:
        yield "%s:1: a file named like this has no home yet: name what it holds" % name
    for number, line in enumerate(lines, 1):
        if line.startswith("#include"):
            for place, pattern, why in INCLUDE_RULES:
                if name.startswith(place) and re.search(pattern, line):
                    yield "%s:%d: %s (%s)" % (name, number, why, line.strip())
            if PUBLIC_HEADERS.match(name) and PUBLIC_BAN.search(line):
                yield "%s:%d: public headers show neither protobuf nor gRPC nor Abseil (%s)" % (name, number, line.strip())
        code = without_comments(line) if re.search(r"\.(cc|h|proto)$", name) else line
        for where, pattern, instead in BANNED:
            if re.match(where, name) and re.search(pattern, code):
                yield "%s:%d: banned: %s; instead: %s" % (name, number, line.strip()[:80], instead)


def tracked_files(root):
    out = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True)
    if out.returncode == 0:
        return out.stdout.split("\n")
    return [str(p.relative_to(root)) for p in pathlib.Path(root).rglob("*") if p.is_file() and "build" not in p.parts]


def check_tree(root):
    problems, checked = [], 0
    for name in sorted(filter(None, tracked_files(root))):
        path = pathlib.Path(root) / name
        if not CODE.search(name) or name == "tests/tidy/check_tree.py" or not path.is_file():
            continue
        checked += 1
        problems += check_file(name, path.read_text(errors="replace"))
    return problems, checked


VIOLATIONS = {
    "coordinator/core/a.cc": "#include <mutex>\n",
    "coordinator/core/b.cc": "#include \"coordinator/engine/lane.h\"\n",
    "coordinator/core/c.cc": "auto now = std::chrono::system_clock::now();\n",
    "coordinator/schedule/a.cc": "#include \"coordinator/engine/clock.h\"\n",
    "coordinator/schedule/b.cc": "#include \"absl/time/clock.h\"\n",
    "coordinator/schedule/c.cc": "auto now = absl::Now();\n",
    "coordinator/engine/a.cc": "#include <pqxx/pqxx>\n",
    "coordinator/engine/b.cc": "run(\"SELECT 1\");\n",
    "coordinator/store/a.cc": "run(\"SELECT 1 FOR UPDATE\");\n",
    "client_sdk/include/baton/a.h": "#include <grpcpp/grpcpp.h>\n",
    "worker_sdk/src/a.cc": "#include \"coordinator/core/limits.h\"\n",
    "tests/api/a.cc": "std::this_thread::sleep_for(1s);\n",
    "cli/a.cc": "int x = rand();\n",
    "cli/util.cc": "\n",
    "cli/b.cc": "\n" * (MAX_LINES + 1),
    "cli/c.cc": "absl::Mutex mutex;\n",
    "cli/CMakeLists.txt": "file(GLOB sources *.cc)\n",
}


def self_test():
    """Each violation must be found, and each by itself."""
    failed = 0
    for name, text in VIOLATIONS.items():
        with tempfile.TemporaryDirectory() as root:
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
            problems, _ = check_tree(root)
            if len(problems) != 1:
                failed += 1
                print("self-test: %s gave %s" % (name, problems))
    print("self-test: %d violations, %d not found" % (len(VIOLATIONS), failed))
    return failed


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(1 if self_test() else 0)
    found, count = check_tree(sys.argv[1])
    print("\n".join(found))
    print("%d files checked, %d problems" % (count, len(found)))
    sys.exit(1 if found or count == 0 else 0)
