"""A real SMTP server (aiosmtpd) for the stories of e-mail, which does what its recipients' names say.

Usage: smtp-server.py PORT FOLDER [--tls CERTIFICATE KEY] [--implicit] [--user NAME:PASSWORD]

Each letter that it takes is a file of JSON in FOLDER: its envelope, its head and its text. later@ is told 451 the first
time, nobody@ always 550, silent@ nothing at all. Says "ready" when it listens.
"""

import argparse
import asyncio
import email
import email.policy
import json
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, folder):
        self.folder, self.refused = folder, set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        who = address.split("@")[0]
        if who == "nobody":
            return "550 5.1.1 There is nobody of that name"
        if who == "silent":
            await asyncio.sleep(3600)
        if who == "later" and address not in self.refused:
            self.refused.add(address)
            return "451 4.7.1 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        number = len(os.listdir(self.folder)) + 1
        draft = os.path.join(self.folder, f"{number}.draft")
        with open(draft, "w", encoding="utf-8") as file:
            told = {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "head": {name: str(value) for name, value in letter.items()},
                "names": letter.keys(),
                "text": letter.get_content(),
                "tls": session.ssl is not None,
                "user": session.authenticated and session.auth_data.login.decode(),
            }
            json.dump(told, file)
        os.rename(draft, os.path.join(self.folder, f"{number}.json"))
        return f"250 2.0.0 Taken as {number}"


def check(user):
    def authenticate(server, session, envelope, mechanism, data):
        given = f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=given == user, handled=False, auth_data=data)

    return authenticate


async def serve(wanted):
    tls = None
    if wanted.tls:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*wanted.tls)
    more = {}
    if wanted.user:
        more = {"authenticator": check(wanted.user), "auth_required": True, "auth_require_tls": not wanted.implicit}
    if tls and not wanted.implicit:
        more |= {"tls_context": tls, "require_starttls": True}
    handler = Handler(wanted.folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, **more), "127.0.0.1", wanted.port, ssl=tls if wanted.implicit else None
    )
    print("ready", flush=True)
    await server.serve_forever()


arguments = argparse.ArgumentParser()
arguments.add_argument("port", type=int)
arguments.add_argument("folder")
arguments.add_argument("--tls", nargs=2)
arguments.add_argument("--implicit", action="store_true")
arguments.add_argument("--user")
asyncio.run(serve(arguments.parse_args()))
