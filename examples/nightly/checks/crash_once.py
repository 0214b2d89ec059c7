#!/usr/bin/env python3
"""A check that dies of a signal the first time it runs in a directory, and passes the second time: crash_once.py PORT PATH"""
import http.client
import os
import signal
import sys

port, path = int(sys.argv[1]), sys.argv[2]
try:
    os.close(os.open("crashed-once", os.O_CREAT | os.O_EXCL))
    os.kill(os.getpid(), signal.SIGKILL)
except FileExistsError:
    pass
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
connection.request("GET", path)
status = connection.getresponse().status
print("GET %s -> %d" % (path, status))
sys.exit(0 if status == 200 else 1)
