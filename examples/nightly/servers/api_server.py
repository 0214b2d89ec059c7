#!/usr/bin/env python3
"""A small JSON service to be tested: what it does is chosen on the command line.

  api_server.py PORT [--warm-up SECONDS] [--listen-after SECONDS] [--exit-after-start] [--never-healthy] [--require-env NAME]
"""
import argparse
import http.server
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("--warm-up", type=float, default=0, help="answer 503 on /health for so many seconds")
parser.add_argument("--listen-after", type=float, default=0, help="open the port only after so many seconds")
parser.add_argument("--exit-after-start", action="store_true", help="crash at once")
parser.add_argument("--never-healthy", action="store_true", help="answer 503 on /health for ever")
parser.add_argument("--require-env", default="", help="crash unless this variable is set")
options = parser.parse_args()

if options.exit_after_start:
    sys.exit("this build is broken: missing configuration")
if options.require_env and options.require_env not in os.environ:
    sys.exit("environment variable %s is not set" % options.require_env)
time.sleep(options.listen_after)
began = time.monotonic()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        warm = time.monotonic() - began >= options.warm_up and not options.never_healthy
        if self.path == "/health":
            self.reply(200 if warm else 503, {"status": "ok" if warm else "warming up"})
        elif self.path == "/version":
            self.reply(200, {"version": "2.4.1"})
        elif self.path.startswith("/echo/"):
            self.reply(200, {"echo": self.path[len("/echo/"):]})
        elif self.path == "/slow":
            time.sleep(0.3)
            self.reply(200, {"slow": True})
        elif self.path == "/environment":
            self.reply(200, {options.require_env: os.environ.get(options.require_env, "")})
        elif self.path == "/broken":
            self.reply(500, {"error": "division by zero"})
        else:
            self.reply(404, {"error": "no such path"})

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


Server(("127.0.0.1", options.port), Handler).serve_forever()
