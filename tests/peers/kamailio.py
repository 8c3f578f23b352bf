"""Kamailio as the provider: it challenges REGISTER and INVITE, keeps the trunk's registration, sends calls on to it."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.peers.programs import Program, Stopped, own_address, own_host, until

CONFIG = """#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
dns=no
listen=udp:{host}:{port}
listen=tcp:{host}:{port}
alias="{domain}"
mpath="/usr/lib/{machine}/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "auth.so"
modparam("auth", "nonce_expire", 60)
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", {min_expires})
modparam("registrar", "max_expires", 3600)
modparam("registrar", "default_expires", 600)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{
        sl_send_reply("483", "Too Many Hops");
        exit;
    }}
    if (is_method("CANCEL")) {{
        if (t_check_trans()) t_relay();
        exit;
    }}
    if (has_totag()) {{
        if (loose_route()) {{
            t_relay();
            exit;
        }}
        if (is_method("ACK") && t_check_trans()) t_relay();
        if (!is_method("ACK")) sl_send_reply("481", "No such dialog");
        exit;
    }}
    t_check_trans();
    if (is_method("OPTIONS")) {{
        sl_send_reply("200", "Alive");
        exit;
    }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("{domain}", "{password}", "0") || $au != "{user}") {{
            www_challenge("{domain}", "1");
            exit;
        }}
        save("location");
        exit;
    }}
    if (!is_method("INVITE")) {{
        sl_send_reply("405", "Method Not Allowed");
        exit;
    }}
    record_route();
    if ($si == "{outside}") {{
        # From the telephone network: on to the customer's registered contact; the number stays in To.
        append_hf("P-Called-Party-ID: <sip:$rU@{domain}>\\r\\n");
        $ru = "sip:{user}@{domain}";
        if (!lookup("location")) {{
            sl_send_reply("404", "Not registered");
            exit;
        }}
        t_relay();
        exit;
    }}
    if (!pv_proxy_authenticate("{domain}", "{password}", "0") || $au != "{user}") {{
        proxy_challenge("{domain}", "1");
        exit;
    }}
    consume_credentials();
    xlog("L_NOTICE", "out: to $rU from $fU identity $hdr(P-Asserted-Identity)$hdr(P-Preferred-Identity)\\n");
    $du = "sip:{outside}:{outside_port}";
    t_relay();
}}
"""


class Kamailio(Stopped):
    """A provider with one customer; `outside` is the telephone network behind it (a SIPp)."""

    def __init__(
        self,
        folder: Path,
        *,
        user: str = "4930123",
        password: str = "geheim-wie-nie",
        domain: str = "",
        min_expires: int = 30,
    ) -> None:
        self._address, self.outside = own_address(), own_address()
        self.user, self.password, self.domain = user, password, domain or self._address[0]
        modules = sorted(Path("/usr/lib").glob("*/kamailio/modules"))
        assert modules, "Kamailio is not installed; `make test` installs it"
        self.folder = folder / "kamailio"
        self.folder.mkdir(parents=True)
        config = self.folder / "kamailio.cfg"
        config.write_text(
            CONFIG.format(
                host=self._address[0],
                port=self._address[1],
                outside=self.outside[0],
                outside_port=self.outside[1],
                user=user,
                password=password,
                domain=self.domain,
                min_expires=min_expires,
                machine=modules[0].parts[3],
            )
        )
        command = ["kamailio", "-f", str(config), "-DD", "-E", "-m", "32", "-M", "4", "-Y", str(self.folder)]
        self.program = Program("kamailio", command, self.folder)
        try:
            until(self._answers, "Kamailio answers OPTIONS")
        except AssertionError as error:
            self.program.stop()
            raise AssertionError(f"{error}\n{self.program.output()[-4000:]}") from None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, UDP and TCP."""
        return self._address

    def _answers(self) -> bool:
        assert self.program.running(), self.program.output()[-4000:]
        return answers_options(self.address)

    def stop(self) -> None:
        """End it."""
        self.program.stop()


def answers_options(address: tuple[str, int], wait: float = 0.2) -> bool:
    """Whether somebody answers an OPTIONS there (UDP) right now, with whatever status."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(wait)
        probe.bind((own_host(), 0))
        here = "{}:{}".format(*probe.getsockname())
        tag = f"{id(probe):x}"
        lines = (
            f"OPTIONS sip:{address[0]}:{address[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{tag};rport",
            "Max-Forwards: 70",
            f"From: <sip:probe@{here}>;tag={tag}",
            f"To: <sip:{address[0]}>",
            f"Call-ID: probe-{tag}-{here}",
            "CSeq: 1 OPTIONS",
            "Content-Length: 0",
            "",
            "",
        )
        try:
            probe.sendto("\r\n".join(lines).encode(), address)
            return probe.recv(4096).startswith(b"SIP/2.0 ")
        except OSError:
            return False
