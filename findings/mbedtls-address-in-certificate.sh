#!/bin/sh
# Phones and softphones built on Mbed TLS 2.28 (Linphone in Debian 12 among them) compare a server's name with the DNS names of its certificate alone. A certificate that names the
# server's IP address as RFC 5280 (4.2.1.6) and RFC 5922 want it, as iPAddress, is refused at that very address; the address written as dNSName is accepted. OpenSSL does it the other
# way round. A box that is reached by its address needs both in its certificate.
# Seen on 2026-12-01 with python-mbedtls 2.10.1 (Mbed TLS 2.28.8), cryptography 50.0.2. Source: run; first seen with linphonec 5.1.
. "$(dirname "$0")/packages"
packages python-mbedtls==2.10.1 cryptography==50.0.2
python - <<'PYTHON'
import ipaddress
import os
import socket
import ssl
import threading
from datetime import datetime, timedelta

import mbedtls.version
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mbedtls import tls
from mbedtls.exceptions import TLSError
from mbedtls.x509 import CRT

ADDRESS = "192.0.2.5"


def certificate(*names):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2026, 1, 1), datetime(2026, 1, 1) + timedelta(9000))
    builder = builder.add_extension(x509.SubjectAlternativeName(names), False).add_extension(x509.BasicConstraints(True, 0), True)
    made = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    with open(os.environ["FOLDER"] + "/pair.pem", "wb") as file:
        file.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + made.public_bytes(pem))
    return made.public_bytes(serialization.Encoding.DER)


def accepted(*names):
    trusted = certificate(*names)
    server, context = socket.create_server(("127.0.0.1", 0)), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["FOLDER"] + "/pair.pem")

    def serve():
        connection, _ = server.accept()
        try:
            context.wrap_socket(connection, server_side=True).recv(1)
        except OSError:
            pass
        connection.close()

    threading.Thread(target=serve, daemon=True).start()
    store = tls.TrustStore()
    store.add(CRT.from_DER(trusted))
    client = tls.ClientContext(tls.TLSConfiguration(trust_store=store, validate_certificates=True))
    connection = client.wrap_socket(socket.create_connection(server.getsockname()), server_hostname=ADDRESS)
    while True:
        try:
            connection.do_handshake()
            return True
        except (tls.WantReadError, tls.WantWriteError):
            continue
        except TLSError:
            return False


print(mbedtls.version.version)
print(f"guess: a certificate for the IP address {ADDRESS} is accepted there")
as_address, as_name = x509.IPAddress(ipaddress.ip_address(ADDRESS)), x509.DNSName(ADDRESS)
for told, names, right in (("as iPAddress", [as_address], False), ("as iPAddress and dNSName", [as_address, as_name], True)):
    seen = accepted(*names)
    print(f"seen:  the address {told}: {'accepted' if seen else 'refused'}")
    assert seen is right, "this has changed"
PYTHON
