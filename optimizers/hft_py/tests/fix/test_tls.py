"""TLS: verified by default, by certificates made here with openssl."""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hft_py.fix import TLS, FIXConnector, OrderRequest

from .desks import PATIENCE, Peer, Venue, settings, venue

pytestmark = [
    pytest.mark.usefixtures("rust_only"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here"),
]


class Files:
    """An authority, and certificates that it signed."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.key(name)
        self.run("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}",
                 "-days", "2", "-out", f"{name}.pem")  # fmt: skip

    def run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def key(self, name: str) -> None:
        self.run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")

    def sign(self, name: str, subject: str) -> dict[str, Path]:
        """A certificate for a host or an address."""
        self.key(name)
        kind = "IP" if subject[0].isdigit() else "DNS"
        (self.folder / "extensions").write_text(
            f"subjectAltName={kind}:{subject}\nbasicConstraints=CA:FALSE\n"
        )
        self.run("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", "request")
        self.run("x509", "-req", "-in", "request", "-CA", f"{self.name}.pem", "-CAkey",
                 f"{self.name}.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions",
                 "-out", f"{name}.pem")  # fmt: skip
        return {"certificate": self.folder / f"{name}.pem", "key": self.folder / f"{name}.key"}

    @property
    def authorities(self) -> Path:
        return self.folder / f"{self.name}.pem"


@pytest.fixture(scope="module")
def files(tmp_path_factory: Any) -> Files:
    return Files(tmp_path_factory.mktemp("tls"), "authority")


def reason(caplog: Any, acceptor: Any, tls: TLS | None) -> str:
    """Why a client does not log on."""
    caplog.set_level(logging.INFO, "hft_py.fix")
    connector = FIXConnector(settings("FUND", "VENUE", acceptor.address[1], tls=tls))
    with pytest.raises(TimeoutError):
        connector.connect(0.5)
    connector.close()
    return str(caplog.text)


def test_orders_over_tls(files: Files, tmp_path: Path) -> None:
    server = TLS(**files.sign("venue", "127.0.0.1"))
    trusting = TLS(authorities=files.authorities)
    with venue(Venue(halves=True), tls=server, store=tmp_path) as acceptor:
        port = acceptor.address[1]
        with FIXConnector(settings("FUND", "VENUE", port, tls=trusting)) as connector:
            for _ in range(100):
                connector.send_order(OrderRequest("AAPL", "buy", 10, "limit", 5))
            found = [next(connector.executions(PATIENCE)).kind for _ in range(300)]
            assert found == ["new", "partially_filled", "filled"] * 100
        with Peer(port) as plain:
            plain.send("A", (98, 0), (108, 30))
            assert plain.socket.recv(1) != b"8"


def test_a_client_refuses_whom_it_cannot_verify(files: Files, tmp_path: Path, caplog: Any) -> None:
    stranger = Files(tmp_path, "stranger")
    trusting = TLS(authorities=files.authorities)
    with venue(tls=TLS(**stranger.sign("venue", "127.0.0.1"))) as acceptor:
        assert "UnknownIssuer" in reason(caplog, acceptor, trusting)
        caplog.clear()
        assert "invalid peer certificate" in reason(caplog, acceptor, TLS())
        caplog.clear()
        reason(caplog, acceptor, None)
    caplog.clear()
    with venue(tls=TLS(**files.sign("elsewhere", "other.test"))) as acceptor:
        assert "not valid for" in reason(caplog, acceptor, trusting)
        named = TLS(authorities=files.authorities, server_name="other.test")
        with FIXConnector(settings("FUND", "VENUE", acceptor.address[1], tls=named)) as connector:
            assert connector.is_connected


def test_a_venue_may_demand_certificates(files: Files, tmp_path: Path, caplog: Any) -> None:
    ours = files.sign("client", "client.test")
    server = TLS(authorities=files.authorities, **files.sign("venue", "127.0.0.1"))
    with venue(tls=server) as acceptor:
        both = TLS(authorities=files.authorities, **ours)
        with FIXConnector(settings("FUND", "VENUE", acceptor.address[1], tls=both)) as connector:
            assert connector.is_connected
        reason(caplog, acceptor, TLS(authorities=files.authorities))
        assert "CertificateRequired" in caplog.text or "certificate" in caplog.text


def test_files_that_are_no_certificates(files: Files, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected both or none"):
        TLS(certificate=files.authorities)
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(ValueError, match=r"empty.pem holds no certificate"):
        FIXConnector(settings("A", "B", 1, tls=TLS(authorities=empty))).connect()
    tls = TLS(certificate=files.authorities, key=files.authorities)
    with pytest.raises(ValueError, match="expected a private key"):
        FIXConnector(settings("A", "B", 1, tls=tls)).connect()
    with pytest.raises(ValueError, match="needs a certificate"), venue(tls=TLS()):
        pass
