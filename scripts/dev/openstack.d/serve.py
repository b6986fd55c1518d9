"""serve.py MODULE:FUNCTION ADDRESS PORT: serves what the function gives, each call by a thread of its own.

A - in the place of the function stands in for Neutron: whatever is asked for, there is none.
"""
import importlib
import json
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        # As the other one does, without looking the address up.
        self.socket.setsockopt(1, 2, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.server_address
        self.setup_environ()


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return self.client_address[0]


def nothing(environ, start_response):
    name = environ["PATH_INFO"].rstrip("/").rsplit("/", 1)[-1].removesuffix(".json").replace("-", "_")
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: []}).encode()]


def main():
    what, address, port = sys.argv[1:]
    if what == "-":
        application = nothing
    else:
        # What they read of the command line is none of this program's.
        sys.argv = sys.argv[:1]
        module, function = what.split(":")
        application = getattr(importlib.import_module(module), function)()
    make_server(address, int(port), application, server_class=Server, handler_class=Handler).serve_forever()


main()
