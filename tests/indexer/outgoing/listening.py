"""A real listener on this machine that answers as it is told and keeps what arrives."""

import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        self.got, self.connections, self.says, self.busy, self.most_busy = [], 0, 204, {}, 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server_port}"
        self.release = threading.Event()

    def process_request(self, request, address):
        self.connections += 1
        super().process_request(request, address)

    def handle_error(self, request, address):
        """Whoever hangs up on us is what is being tried."""


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        server, key = self.server, (self.path, self.headers["webhook-id"])
        body = self.rfile.read(int(self.headers["content-length"]))
        with server.lock:
            server.busy[key] = server.busy.get(key, 0) + 1
            server.most_busy = max(server.most_busy, server.busy[key])
        says = server.says(self.path) if callable(server.says) else server.says
        if says == "hang":
            server.release.wait(20)
        elif says == "drip":  # a header byte at a time: no single read waits long
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            while not server.release.wait(0.05):
                self.wfile.write(b"a")
                self.wfile.flush()
        else:
            time.sleep(0.01)
        with server.lock:
            server.busy[key] -= 1
            server.got.append((self.path, dict(self.headers), body))
        if isinstance(says, int):
            self.send_response(says)
            if 300 <= says < 400:
                self.send_header("Location", f"{server.origin}/elsewhere")
            if says == 413:
                self.send_header("Content-Length", str(10**12))
            else:
                self.send_header("Content-Length", "0")
            self.end_headers()


@contextmanager
def listening():
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
