# QuartzFlow
# SPDX-License-Identifier: Apache-2.0
"""A network of its own for one server of a test, which can be cut off from everything: no packet comes or goes, and nobody is told.

Needs root, `ip` and `iptables`; what it makes is gone with the namespace.
"""

import os
import shutil
import subprocess


def is_possible() -> bool:
    return os.getuid() == 0 and all(shutil.which(program) for program in ("ip", "iptables"))


class NetworkSpace:
    def __init__(self, mark: str, number: int):
        self.name = f"qf-{mark[:8]}-{number}"
        # The kernel allows 15 characters.
        self.device = f"qf{mark[:6]}{number}"
        network = f"10.{100 + int(mark[:2], 16) % 100}.{int(mark[2:4], 16)}"
        # Of the test's side, and of the server's.
        self.outside, self.inside = f"{network}.{4 * number + 1}", f"{network}.{4 * number + 2}"
        self.run("netns", "add", self.name)
        self.run("link", "add", self.device, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        self.run("addr", "add", f"{self.outside}/30", "dev", self.device)
        self.run("link", "set", self.device, "up")
        for words in (["addr", "add", f"{self.inside}/30", "dev", "eth0"], ["link", "set", "eth0", "up"], ["link", "set", "lo", "up"]):
            self.run("-n", self.name, *words)

    @staticmethod
    def run(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    @property
    def prefix(self) -> list[str]:
        """Before a command that is to live there; it keeps its process."""
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        for chain in ("INPUT", "OUTPUT"):
            subprocess.run([*self.prefix, "iptables", "-I", chain, "-j", "DROP"], check=True, capture_output=True)

    def heal(self) -> None:
        subprocess.run([*self.prefix, "iptables", "-F"], check=True, capture_output=True)

    def close(self) -> None:
        # With its end of the cable goes the other one.
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)
