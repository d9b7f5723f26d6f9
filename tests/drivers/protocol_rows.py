"""Requests byte for byte, and what a server that reads HTTP/1.1 strictly does with each (RFC 9112).

Rows carry the re-trigger of a failed run, so that one that is carried out although it must not be shows: it makes
a run. In a row's bytes, SANDBOX stands for the name of a sandbox of its own, which is as long.
"""
import dataclasses
import random

BASE = b"/data/foundation/flowservice"
FAILED = b"4fb0418e-1804-45d6-8d56-dd51f05c0baf"
RETRY = BASE + b"/runs/" + FAILED + b"/action?op=re-trigger"
MANY = b",".join([b"0-0"] * 512)  # 2 KB
MIB = 1024 * 1024
OLD_LINE = b"GET " + BASE + b"/runs?limit=1 HTTP/1.0"


@dataclasses.dataclass
class Row:
    name: str
    sent: bytes
    statuses: tuple[int, ...]  # of the answers, in their order
    closed: bool = False  # whether the server then closes the connection; if not, it takes another request on it
    made: int = 0  # runs
    ends: bool = False  # the client ends its side after sending
    bodiless: bool = False  # as answers to HEAD are


def head(line: bytes, *fields: bytes, host: bytes | None = b"Host: localhost") -> bytes:
    credentials = (b"Authorization: Bearer t", b"x-api-key: k", b"x-gw-ims-org-id: o", b"x-sandbox-name: SANDBOX")
    lines = [line, *([host] if host else []), *credentials, b"Content-Type: application/json", *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def retry(*fields: bytes, body: bytes = b"", **others) -> bytes:
    return head(b"POST " + RETRY + b" HTTP/1.1", *fields, **others) + body


def read(*fields: bytes, line: bytes = b"GET " + BASE + b"/runs?limit=1 HTTP/1.1", **others) -> bytes:
    return head(line, *fields, **others)


SMUGGLED = retry()
LENGTH = b"Content-Length: %d" % len(SMUGGLED)
CHUNKED = b"Transfer-Encoding: chunked"


def refused(name: str, sent: bytes, status: int = 400, **others) -> Row:
    """Answered once, nothing carried out, connection closed: what follows cannot be told from another request."""
    return Row(name, sent, (status,), closed=True, **others)


def lengths() -> list[Row]:
    rows = [
        refused(f"length: {field.decode()!r}", retry(field, body=SMUGGLED))
        for field in (
            b"Content-Length : 2",
            b"Content-Length\t: 2",
            b" Content-Length: 2",
            b"Content-Length: +2",
            b"Content-Length: -2",
            b"Content-Length: 0x2",
            b"Content-Length: 2 junk",
            b"Content-Length: 2.0",
            b"Content-Length: 2, 2",
            b"Content-Length:",
            b"Content-Length: " + b"9" * 20,
            b"Content-Length: 2\r\nContent-Length: 2",
            b"Content-Length: 2\r\nContent-Length: 3",
            b"Content-Length: 2\r\nCONTENT-LENGTH: 2",
            b"X: y\r\n Content-Length: 2",  # a folded line
            b"X: y\r\n\tContent-Length: 2",
            b"Content-Length:\r\n 2",
            b"Content-Length\0: 2",
            b"Content-Length: 2\0",
            b"\0Content-Length: 2",
            b"Content-\rLength: 2",
            b"Content-Length: \r2",
            b"X: y\nContent-Length: 2",
            b"X: y\rContent-Length: 2",
        )
    ]
    return rows + [
        Row("length: blanks around it", retry(b"Content-Length: \t2 ", body=b"{}"), (200,), made=1),
        Row("length: zeros before it", retry(b"Content-Length: 0002", body=b"{}"), (200,), made=1),
        Row("length: none means no body", retry(), (200,), made=1),
        refused("length: more than comes", retry(b"Content-Length: 20", body=b"{}"), ends=True),
        Row("length: a body that looks like a request is not one", read(LENGTH) + SMUGGLED, (200,)),
    ]


def codings() -> list[Row]:
    rows = [
        refused(f"coding: {field.decode()!r}", retry(field, body=b"0\r\n\r\n" + SMUGGLED))
        for field in (
            CHUNKED + b"\r\nContent-Length: 5",
            b"Content-Length: 5\r\n" + CHUNKED,
            b"Transfer-Encoding: chunked, chunked",
            b"Transfer-Encoding: gzip, chunked",
            b"Transfer-Encoding: chunked, identity",
            b"Transfer-Encoding: gzip",
            b"Transfer-Encoding: identity",
            b"Transfer-Encoding: xchunked",
            b"Transfer-Encoding: chunked;q=1",
            b'Transfer-Encoding: "chunked"',
            b"Transfer-Encoding: \x0bchunked",
            b"Transfer-Encoding:",
            CHUNKED + b"\r\n" + CHUNKED,
            b"Transfer-Encoding : chunked",
            b"X: y\r\n Transfer-Encoding: chunked",
            b"Transfer-Encoding:\r\n chunked",
            b"Transfer-Encoding\0: chunked",
        )
    ]
    line = b"POST " + RETRY + b" HTTP/1.0"
    return rows + [
        refused("coding: in HTTP/1.0", head(line, CHUNKED) + b"0\r\n\r\n" + SMUGGLED),
        Row("coding: in any case", retry(b"transfer-ENCODING:  Chunked", body=b"0\r\n\r\n"), (200,), made=1),
    ]


def chunks() -> list[Row]:
    def chunked(body: bytes) -> bytes:
        return retry(CHUNKED, body=body)

    rows = [
        refused(f"chunk: {body[:24].decode()!r}", chunked(body + SMUGGLED))
        for body in (
            b"2 junk\r\n{}\r\n0\r\n\r\n",
            b"+2\r\n{}\r\n0\r\n\r\n",
            b"0x2\r\n{}\r\n0\r\n\r\n",
            b"-1\r\n{}\r\n0\r\n\r\n",
            b" 2\r\n{}\r\n0\r\n\r\n",
            b"2 \r\n{}\r\n0\r\n\r\n",
            b"0" * 16 + b"2\r\n{}\r\n0\r\n\r\n",
            b"1" + b"0" * 16 + b"\r\n{}\r\n0\r\n\r\n",
            b"\r\n{}\r\n0\r\n\r\n",
            b";a=b\r\n{}\r\n0\r\n\r\n",
            b"g\r\n{}\r\n0\r\n\r\n",
            b"2\n{}\r\n0\r\n\r\n",
            b"2\r\n{}\n0\r\n\r\n",
            b"2\r\n{}0\r\n\r\n",
            b"2\r\n{}\r\n0\n\r\n",
            b"2\r\n{}\r\n0\r\n\n",
            b"2;a=\0\r\n{}\r\n0\r\n\r\n",
            b"2;a=\rb\r\n{}\r\n0\r\n\r\n",
            b"3\r\n{}\r\n0\r\n\r\n",
            b"1\r\n{}\r\n0\r\n\r\n",
            b"2\r\n{}\r\n0\r\nno field\r\n\r\n",
            b"2\r\n{}\r\n0\r\nA : b\r\n\r\n",
        )
    ]
    return rows + [
        Row("chunk: with an extension", chunked(b'2;a=b;c="d"\r\n{}\r\n0;e\r\n\r\n'), (200,), made=1),
        Row("chunk: trailers are ignored", chunked(b"2\r\n{}\r\n0\r\nContent-Length: 7\r\nHost: b\r\n\r\n"), (200,), made=1),
        Row("chunk: digits of either case", chunked(b"A\r\n{        }\r\n00a\r\n          \r\n00\r\n\r\n"), (200,), made=1),
        refused("chunk: trailers of 100 kB", chunked(b"0\r\n" + b"A: %s\r\n" % (b"b" * 1000) * 100 + b"\r\n"), 431),
        refused("chunk: no last one", chunked(b"2\r\n{}\r\n"), ends=True),
        refused("chunk: no end of the trailers", chunked(b"2\r\n{}\r\n0\r\n"), ends=True),
        refused("chunk: cut in its size", chunked(b"2"), ends=True),
        refused("chunk: cut in its data", chunked(b"5\r\n{}"), ends=True),
    ]


def request_lines() -> list[Row]:
    rest = b"\r\n" + read().split(b"\r\n", 1)[1]
    path = BASE + b"/runs"
    rows = [
        refused(f"line: {line[-60:].replace(path, b'PATH').decode('latin-1')!r}", line + rest + SMUGGLED)
        for line in (
            b"GET " + path,
            b"GET",
            b"GET  HTTP/1.1",
            b"GET " + path + b" HTTP/1.2",
            b"GET " + path + b" HTTP/2.0",
            b"GET " + path + b" HTTP/9.9",
            b"GET " + path + b" HTTP/01.1",
            b"GET " + path + b" HTTP/1.10",
            b"GET " + path + b" http/1.1",
            b"GET " + path + b" HTTPS/1.1",
            b"GET " + path + b" HTTP/1.1 ",
            b"GET  " + path + b" HTTP/1.1",
            b"GET " + path + b"  HTTP/1.1",
            b"GET\t" + path + b"\tHTTP/1.1",
            b" GET " + path + b" HTTP/1.1",
            b"GET " + path + b"?a b HTTP/1.1",
            b"GET " + path + b"?\t HTTP/1.1",
            b"GET " + path + b"?\0 HTTP/1.1",
            b"GET " + path + b"?\x7f HTTP/1.1",
            b"GET " + path + b"?\r HTTP/1.1",
            b"GET " + path + b"#fragment HTTP/1.1",
            b"GE(T " + path + b" HTTP/1.1",
            b"GET\0 " + path + b" HTTP/1.1",
            b"M" * 10240 + b" " + path + b" HTTP/1.1",
            b"\r\n\r\nGET " + path + b" HTTP/1.1",  # one empty line may precede it
            b"\nGET " + path + b" HTTP/1.1",
        )
    ]
    return rows + [
        Row("line: after an empty one", b"\r\n" + read(), (200,)),
        Row("line: absolute form", read(line=b"GET http://localhost" + path + b" HTTP/1.1"), (200,)),
        Row("line: authority form", read(line=b"CONNECT localhost:443 HTTP/1.1"), (400,)),
        Row("line: asterisk form", read(line=b"OPTIONS * HTTP/1.1"), (400,)),
        Row("line: lower-case method", read(line=b"get " + path + b" HTTP/1.1"), (405,)),
        Row("line: unknown method", read(line=b"BREW " + path + b" HTTP/1.1"), (405,)),
        Row("line: HEAD", read(line=b"HEAD " + path + b" HTTP/1.1"), (200,), bodiless=True),
        Row("line: bytes beyond ASCII", read(line=b"GET " + path + b"?property=id==\xc3\xa4\xff HTTP/1.1"), (200,)),
        refused("line: of 70 kB", read(line=b"GET " + path + b"?" + b"a" * 70000 + b" HTTP/1.1"), 414),
    ]


def fields() -> list[Row]:
    rows = [
        refused(f"field: {field.decode('latin-1')!r}", read(field) + SMUGGLED)
        for field in (
            b": no name",
            b"no colon",
            b"na me: v",
            b"na@me: v",
            b"n\xc3\xa4me: v",
            b"name : v",
            b"name: \0",
            b"name: a\rb",
            b"name: a\nb",
            b"name: \x01",
            b"name: \x7f",
            b"name: a\r\n b",
            b"Host: localhost",  # a second one
        )
    ]
    many = [b"f%d: v" % number for number in range(122)]
    return rows + [
        refused("field: folded, the first one", read(host=b" Host: localhost")),
        refused("field: no Host in HTTP/1.1", read(host=None)),
        refused("field: Host with a blank", read(host=b"Host: local host")),
        Row("field: no Host in HTTP/1.0", read(line=OLD_LINE, host=None), (200,), closed=True),
        refused("field: of 9 kB", read(b"long: " + b"v" * 9216), 431),
        Row("field: of 8 kB", read(b"long: " + b"v" * 8000), (200,)),
        Row("field: 128 of them", read(*many), (200,)),
        refused("field: 129 of them", read(*many, b"one: more"), 431),
        refused("field: 65 kB of them", read(*[b"a%d: %s" % (number, b"v" * 8000) for number in range(9)]), 431),
        Row("field: bytes beyond ASCII", read(b"name: \xe4\xff\x80"), (200,)),
        Row("field: empty value", read(b"name:"), (200,)),
        Row("Range: many", read(b"Range: bytes=" + MANY), (200,)),
        Row("Range: 7,000 digits", read(b"Range: bytes=" + b"9" * 7000 + b"-"), (200,)),
        Row("Range: one", read(b"Range: bytes=0-0"), (200,)),
        Row("Range: no range", read(b"Range: bytes=x"), (200,)),
        Row("Accept-Encoding: many", read(b"Accept-Encoding: " + b"gzip;q=0.1, " * 600), (200,)),
        Row("Accept: many", read(b"Accept: " + b"a/b;q=0.1, " * 600), (200,)),
        Row("Cookie: many", read(b"Cookie: " + b"a=b; " * 1500), (200,)),
        Row("Upgrade: h2c is ignored", read(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c"), (200,)),
    ]


def bodies() -> list[Row]:
    def encoded(name: bytes) -> bytes:
        return retry(b"Content-Encoding: " + name, b"Content-Length: 2", body=b"{}")

    def multipart(media_type: bytes) -> bytes:
        form = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n{}\r\n--b--\r\n'
        return retry(b"Content-Length: %d" % len(form), body=form).replace(b"application/json", media_type)

    rows = [
        Row(f"Content-Encoding: {name.decode()}", encoded(name), (415,))
        for name in (b"gzip", b"deflate", b"br", b"zstd", b"unknown", b"gzip, identity")
    ]
    half = b"80000\r\n" + b" " * (MIB // 2) + b"\r\n"
    return rows + [
        Row("Content-Encoding: identity", encoded(b"identity"), (200,), made=1),
        Row("body: multipart", multipart(b"multipart/form-data; boundary=b"), (400,)),
        Row("body: multipart without a boundary", multipart(b"multipart/form-data"), (400,)),
        Row("body: multipart with a long boundary", multipart(b"multipart/form-data; boundary=" + b"b" * 7000), (400,)),
        Row("body: 1 MiB", retry(b"Content-Length: %d" % MIB, body=b" " * MIB), (200,), made=1),
        refused("body: 1 MiB and a byte", retry(b"Content-Length: %d" % (MIB + 1), body=b" " * (MIB + 1)), 413),
        refused("body: announced to be an exabyte", retry(b"Content-Length: " + b"9" * 18), 413),
        Row("body: 1 MiB in chunks", retry(CHUNKED, body=half + half + b"0\r\n\r\n"), (200,), made=1),
        refused("body: more in chunks", retry(CHUNKED, body=half + half + b"1\r\n \r\n0\r\n\r\n"), 413),
        refused("body: a chunk of an exabyte", retry(CHUNKED, body=b"f" * 15 + b"\r\n"), 413),
        Row("Expect: 100-continue", retry(b"Expect: 100-continue", b"Content-Length: 2"), (100,)),
        Row("Expect: with its body", retry(b"Expect: 100-continue", b"Content-Length: 2", body=b"{}"), (200,), made=1),
        refused("Expect: a body that is too long", retry(b"Expect: 100-continue", b"Content-Length: %d" % (MIB + 1)), 413),
    ]


def connections() -> list[Row]:
    garbage = random.Random(8)
    rows = [
        refused(f"connection: garbage {number}", first + garbage.randbytes(garbage.randrange(2000)), ends=True)
        for number, first in enumerate([b"\xff", b"G", b"\r\n"] * 10)
    ]
    pipelined = read() + retry() + read(b"Content-Length: 2") + b"{}" + retry()
    return rows + [
        Row("connection: pipelined requests", pipelined, (200,) * 4, made=2),
        Row("connection: what follows a refusal is not read", read() + retry(b"A : b") + retry(), (200, 400), closed=True),
        Row("connection: close", read(b"Connection: close") + retry(), (200,), closed=True),
        Row("connection: close and keep-alive", read(b"Connection: keep-alive, close") + retry(), (200,), closed=True),
        Row("connection: Close", read(b"Connection: Close") + retry(), (200,), closed=True),
        Row("connection: keep-alive", read(b"Connection: keep-alive"), (200,)),
        Row("connection: HTTP/1.0", read(line=OLD_LINE) + retry(), (200,), closed=True),
        Row("connection: HTTP/1.0 that keeps alive", read(b"Connection: keep-alive", line=OLD_LINE), (200,)),
        refused("connection: HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"),
        refused("connection: TLS", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(range(256)) * 2),
        Row("connection: nothing", b"", (), closed=True, ends=True),
        Row("connection: the client's side ends after the request", retry(), (200,), closed=True, ends=True, made=1),
        refused("connection: ends within the head", retry()[:-2], ends=True),
    ]


ROWS = [*lengths(), *codings(), *chunks(), *request_lines(), *fields(), *bodies(), *connections()]
