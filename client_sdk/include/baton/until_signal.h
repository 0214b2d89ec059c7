// How a worker's or a decider's process is told to stop.
//
//   return worker.run(baton::until_signal());
#pragma once

namespace baton {

// The first SIGTERM or SIGINT of this process. A small value; every copy sees it, so that several
// things in one process stop together.
class UntilSignal {
 public:
  // Readable, for poll(), from that signal on. Do not read it or close it.
  int descriptor() const { return descriptor_; }

 private:
  friend UntilSignal until_signal();
  explicit UntilSignal(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// From now on the first SIGTERM or SIGINT asks for a graceful end; the second ends the process at
// once.
UntilSignal until_signal();

}  // namespace baton
