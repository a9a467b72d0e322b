"""A network of this machine's own, whose links can be cut, slowed down and made to lose packets. It needs root.

Each node has a network namespace with one interface, a TUN device. This process is the switch between them: it reads
each packet from the device of one node and writes it to that of another, if the link lets it through.

    node a ── /dev/net/tun ──┐
    node b ── /dev/net/tun ──┼── switch (a thread of this process)
    node c ── /dev/net/tun ──┘
"""

import fcntl
import heapq
import itertools
import os
import random
import selectors
import struct
import subprocess
import threading
import time

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_MTU = 9000
_DESTINATION = slice(16, 20)
"""Where an IPv4 packet has the address that it is for."""


def why_none():
    """Why there can be no such network; None if there can be one."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    try:
        subprocess.run(["ip", "netns", "list"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as e:
        return f"ip netns does not work: {e}"
    return None


class Network:
    """Namespaces for nodes, by their names, and the switch between them. Close it.

    Any thread may change links. A link is named by the node that sends and the node that receives.
    """

    def __init__(self, names):
        self._prefix = f"pp{os.getpid()}"
        self._addresses = {name: f"10.213.7.{i}" for i, name in enumerate(names, 1)}
        self._devices = {}
        self._blocked = set()
        self._delays = {}
        self._losses = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        try:
            for name in names:
                self._add(name)
        except BaseException:
            self._remove()
            raise
        self._thread = threading.Thread(target=self._switch, name="switch", daemon=True)
        self._thread.start()

    def _add(self, name):
        namespace, interface = self._namespace(name), f"{self._prefix}{name}"
        _ip("netns", "add", namespace)
        device = self._devices[name] = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", interface.encode(), _IFF_TUN | _IFF_NO_PI))
        _ip("link", "set", interface, "netns", namespace)
        for words in (
            ["link", "set", "lo", "up"],
            ["link", "set", interface, "mtu", str(_MTU), "up"],
            ["addr", "add", f"{self._addresses[name]}/24", "dev", interface],
        ):
            _ip("-n", namespace, *words)

    def _namespace(self, name):
        return f"{self._prefix}-{name}"

    def address(self, name):
        """The address of a node."""
        return self._addresses[name]

    def inside(self, name):
        """What a command begins with that is to run where a node is."""
        return ["ip", "netns", "exec", self._namespace(name)]

    def links_from(self, part):
        """The links by which the nodes of a part of the network send to all others."""
        return [(one, other) for one in part for other in self._addresses if other not in part]

    def links_to(self, part):
        """The links by which they receive from all others."""
        return [(other, one) for one, other in self.links_from(part)]

    def block(self, links):
        """Nothing gets through these."""
        with self._lock:
            self._blocked.update(links)

    def slow(self, links, seconds):
        """Each packet takes so long, about: from none to twice as long, and they overtake none."""
        with self._lock:
            self._delays.update(dict.fromkeys(links, seconds))

    def lose(self, links, part):
        """Of the packets of these links this part is lost."""
        with self._lock:
            self._losses.update(dict.fromkeys(links, part))

    def heal(self):
        """All links are as good as new."""
        with self._lock:
            self._blocked.clear()
            self._delays.clear()
            self._losses.clear()

    def _switch(self):
        receivers = {bytes(map(int, address.split("."))): name for name, address in self._addresses.items()}
        waiting, numbers, latest = [], itertools.count(), {}
        with selectors.DefaultSelector() as selector:
            for name, device in self._devices.items():
                selector.register(device, selectors.EVENT_READ, name)
            while not self._stopped.is_set():
                timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else 0.2
                for key, _ in selector.select(min(timeout, 0.2)):
                    for packet in self._packets(key.fd):
                        receiver = receivers.get(packet[_DESTINATION])
                        delay = None if receiver is None else self._fate((key.data, receiver))
                        if delay is None:
                            continue
                        if not delay and not waiting:
                            self._deliver(receiver, packet)
                            continue
                        link = key.data, receiver
                        due = latest[link] = max(latest.get(link, 0), time.monotonic() + delay)
                        heapq.heappush(waiting, (due, next(numbers), receiver, packet))
                while waiting and waiting[0][0] <= time.monotonic():
                    _, _, receiver, packet = heapq.heappop(waiting)
                    self._deliver(receiver, packet)

    def _packets(self, device):
        """What has come from a device; not more than others can wait for."""
        for _ in range(64):
            try:
                yield os.read(device, _MTU + 100)
            except BlockingIOError:
                return

    def _fate(self, link):
        """How long a packet takes; None if it does not arrive."""
        with self._lock:
            if link in self._blocked or random.random() < self._losses.get(link, 0):
                return None
            return random.uniform(0, 2 * self._delays[link]) if link in self._delays else 0

    def _deliver(self, receiver, packet):
        try:
            os.write(self._devices[receiver], packet)
        except OSError:
            pass  # its queue is full, or the interface is down: the packet is lost, as in any network

    def close(self):
        """Removes it, and ends what runs in it no more than its links."""
        self._stopped.set()
        self._thread.join()
        self._remove()

    def _remove(self):
        for device in self._devices.values():
            os.close(device)
        for name in self._devices:
            subprocess.run(["ip", "netns", "delete", self._namespace(name)], capture_output=True)


def _ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
