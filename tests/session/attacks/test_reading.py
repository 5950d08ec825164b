"""Reading answers: nothing outside of the sandbox can be seen from inside, and no hidden input gets
out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradeprop.session.interface import CellOutcome, Raised, Returned
from gradeprop.session.isolation.interpreter import own_code, package_paths

from .conftest import SECRET, Attack, Listeners

# Looks for the canary wherever a process can look, and says where it was found.
HUNT = """
import gc, glob, os, sys
needle = 'canary-'
found = []
def look(where, text):
    if isinstance(text, bytes):
        text = text.decode('latin-1')
    if needle in text.replace("needle = '" + needle, ''):
        found.append(where)
look('environ', repr(dict(os.environ)))
for path in glob.glob('/proc/[0-9]*/*') + glob.glob('/proc/self/*'):
    if path.endswith(('environ', 'cmdline', 'comm')):
        try:
            look(path, open(path, 'rb').read())
        except OSError:
            pass
for descriptor in range(3, 256):
    try:
        look(f'fd {descriptor}', os.pread(descriptor, 1 << 16, 0))
    except OSError:
        pass
frame = sys._getframe()
while frame is not None:
    for name, value in list(frame.f_locals.items()):
        if type(value) is str and name not in ('needle', 'text'):
            look('frame ' + name, value)
    frame = frame.f_back
places = '/ /tmp /dev /etc /home /root /var /run /mnt /srv'.split() + [os.getcwd() + '/../..']
for root, folders, files in [entry for place in places for entry in os.walk(place)]:
    if root.startswith(('/proc', '/sys', '/usr', '/opt', '/lib')):
        folders.clear()
        continue
    for name in files:
        path = os.path.join(root, name)
        try:
            with open(path, 'rb') as file:
                look(path, file.read(1 << 16))
        except OSError:
            pass
found = sorted(set(found))
"""


@pytest.mark.usefixtures("beside", "victim", "secret_file")
def test_the_canary_is_found_nowhere(attack: Attack) -> None:
    assert os.environ["GRADEPROP_TEST_CANARY"] == SECRET
    assert attack.run(HUNT).status == "ok"
    assert attack.value("found") == []


@pytest.mark.usefixtures("beside")
@pytest.mark.usefixtures("asked")
def test_a_checked_function_finds_no_canary_either(attack: Attack) -> None:
    body = HUNT.strip().replace("\n", "\n    ")
    attack.run(f"def hunt():\n    {body}\n    return found")
    outcome = attack.call("hunt")
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == []


def test_a_world_readable_file_cannot_be_read_or_changed(attack: Attack, secret_file: Path) -> None:
    for mode in ("r", "a", "w"):
        assert "Error" in attack.tried(f"result = open({str(secret_file)!r}, {mode!r}).read()")
    assert "Error" in attack.tried(f"import os; os.remove({str(secret_file)!r})")
    assert "Error" in attack.tried(f"import os; os.rename({str(secret_file)!r}, 'mine')")
    assert "Error" in attack.tried(
        f"import os; os.link({str(secret_file)!r}, 'mine'); result = open('mine').read()"
    )
    link = f"import os; os.symlink({str(secret_file)!r}, 'link'); result = open('link').read()"
    assert "Error" in attack.tried(link)


@pytest.mark.parametrize(
    "path", [__file__, "/etc/shadow", "/etc/hostname", "/root", "/home", "/proc/1/environ"]
)
def test_graders_and_the_system_cannot_be_read(attack: Attack, path: str) -> None:
    source = (
        f"import os; result = os.listdir({path!r}) if os.path.isdir({path!r}) else "
        f"open({path!r}).read()"
    )
    tried = attack.tried(source)
    assert "Error" in tried or tried == "done: []"


def test_the_grader_and_its_environment_cannot_be_seen_in_proc(attack: Attack) -> None:
    source = f"result = open('/proc/{os.getpid()}/environ').read()"
    assert "Error" in attack.tried(source)
    assert "Error" in attack.tried("import os; result = os.listdir('/proc')")


def test_another_process_can_be_neither_read_nor_signalled_nor_traced(
    attack: Attack, victim: subprocess.Popen[bytes]
) -> None:
    pid = victim.pid
    for name in ("environ", "maps", "mem", "cwd/x", "root/etc/passwd", "fd/0"):
        assert "Error" in attack.tried(f"result = open('/proc/{pid}/{name}', 'rb').read(10)")
    for number in (0, 9, 15, 19):
        assert "Error" in attack.tried(f"import os; os.kill({pid}, {number})")
    traced = "import ctypes; result = ctypes.CDLL(None).ptrace(16, {pid}, None, None)"
    assert attack.tried(traced.format(pid=pid)) == "done: -1"
    vectors = (
        "import ctypes\nb = ctypes.create_string_buffer(8)\n"
        "v = (ctypes.c_void_p * 2)(ctypes.addressof(b), 8)\n"
        f"result = ctypes.CDLL(None).process_vm_readv({pid}, v, 1, v, 1, 0)"
    )
    assert attack.tried(vectors) == "done: -1"


def test_killing_everybody_kills_nobody_else(
    attack: Attack, beside: Attack, victim: subprocess.Popen[bytes]
) -> None:
    attack.run("import os, signal\nos.kill(-1, signal.SIGKILL)")
    attack.run("import os, signal\nos.killpg(0, signal.SIGKILL)")
    assert attack.works
    assert beside.works
    assert victim.poll() is None


def test_the_process_beside_cannot_be_reached(attack: Attack, beside: Attack) -> None:
    attack.run("import os\nmine = os.getpid()")
    beside_pid = beside.value("pid")
    # at `full` both are the first process of their own world
    if beside_pid != attack.value("mine"):
        for source in (
            f"os.kill({beside_pid}, 9)",
            f"result = open('/proc/{beside_pid}/mem', 'rb').read(1)",
        ):
            assert "Error" in attack.tried("import os; " + source)


def test_nothing_of_the_graders_is_inherited(attack: Attack) -> None:
    attack.run(
        "import os, stat\nkinds = {}\nfor n in range(256):\n    try:\n"
        "        kinds[str(n)] = stat.S_IFMT(os.fstat(n).st_mode)\n    except OSError:\n        "
        "pass"
    )
    attack.run(
        "import asyncio\nloop = asyncio.get_event_loop()\n"
        "own = [str(x.fileno()) for x in (loop._selector, loop._ssock, loop._csock)]"
    )
    kinds = attack.value("kinds")
    # stdin, captured stdout and stderr, the channel, both captured once more, its own memory map;
    # and what its event loop has opened itself.
    assert set(kinds) <= {"0", "1", "2", "3", "4", "5", "6", *attack.value("own")}


def test_uninitialised_memory_holds_no_answers(attack: Attack) -> None:
    attack.run(
        "import torch\nseen = b'canary-' in bytes(torch.empty(64 << 20, dtype=torch.uint8).numpy())"
    )
    assert attack.value("seen") is False


@pytest.mark.parametrize(
    "way",
    [
        "s = socket.create_connection(('127.0.0.1', {tcp}), 2); s.send(b'x')",
        "s = socket.socket(socket.AF_INET6); s.connect(('::1', {tcp})); s.send(b'x')",
        "s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', {udp}))",
        "s = socket.socket(socket.AF_UNIX); s.connect(chr(0) + {abstract!r}); s.send(b'x')",
        "s = socket.socket(socket.AF_UNIX); s.connect({path!r}); s.send(b'x')",
        "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.sendto(b'x', chr(0) + "
        "{abstract!r})",
        "s = socket.create_connection(('1.1.1.1', 53), 2)",
        "socket.getaddrinfo('example.org', 80)",
        "s = socket.create_server(('127.0.0.1', 0))",
        "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "s = socket.socket(40, socket.SOCK_STREAM)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{tcp}/', timeout=2)",
    ],
)
def test_there_is_no_network(attack: Attack, listeners: Listeners, way: str) -> None:
    source = way.format(
        tcp=listeners.tcp, udp=listeners.udp, abstract=listeners.abstract, path=listeners.path
    )
    assert not attack.tried("import socket\n" + source).startswith("done")
    assert listeners.heard == []


LEAKS = [
    "print(x)",
    "import sys; sys.__stdout__.write(x); sys.__stdout__.flush()",
    "import sys; print(x, file=sys.stderr)",
    "import os; os.write(1, x.encode()); os.write(2, x.encode()); os.write(4, x.encode())",
    "from IPython.display import display; display(x)",
    "get_ipython().shown.stream('stdout', x)",
    "open('note.txt', 'w').write(x)",
    "import os; open(os.path.join(os.environ['HOME'], 'note.txt'), 'w').write(x)",
    "open('/tmp/note.txt', 'w').write(x)",
    "open('/dev/shm/note.txt', 'w').write(x)",
    "open('../note.txt', 'w').write(x)",
    "import os; os.utime(home + '/data.txt', (len(x), len(x))); open(home + '/data.txt', "
    "'a').write(x)",
    "stash.append(x)",
    "import warnings; warnings.warn(x)",
    "import logging; logging.error(x)",
    "import subprocess; subprocess.run(['touch', home + '/' + x])",
    "import os; os.mkdir(home + '/' + x)",
    "import os; os.kill(os.getppid(), 15)",
    "print(x, file=log, flush=True)",
    "os.write(here + 1, x.encode())",
    "left.send(x.encode())",
    "memory[:len(x)] = x.encode()",
    "mapping[:len(x)] = x.encode()",
    "shared[:len(x)] = torch.tensor(list(x.encode()))",
    "import threading, time\n"
    "    threading.Thread(target=lambda: (time.sleep(0.3), open('n', 'w').write(x))).start()",
]
COLLECT = """
import glob, os, time
time.sleep(0.4)
places = ('/tmp', '/dev/shm', home + '/..')
for root, folders, files in [entry for place in places for entry in os.walk(place)]:
    for name in folders + files:
        print(os.path.join(root, name))
        try:
            print(open(os.path.join(root, name)).read(10000))
        except Exception:
            pass
print(stash)
print(open('data.txt').read())
print(bytes(memory[:200]), bytes(mapping[:200]), bytes(shared.to(torch.uint8).tolist()))
for read in (lambda: os.read(here, 1000), lambda: right.recv(1000)):
    try:
        print(read())
    except OSError:
        pass
"""


PREPARE = """
import mmap, os, socket
home = os.getcwd()
stash = []
open('data.txt', 'w').write('d')
log = open('log.txt', 'w')
here, there = os.pipe()
left, right = socket.socketpair()
os.set_blocking(here, False)
right.setblocking(False)
try:
    memory = mmap.mmap(-1, 4096)
    mapped = open('mapped', 'wb+')
    mapped.write(bytes(4096))
    mapped.flush()
    mapping = mmap.mmap(mapped.fileno(), 4096)
except OSError:
    memory = mapping = bytearray(4096)
try:
    import torch
    shared = torch.zeros(200).share_memory_()
except (OSError, RuntimeError):
    shared = torch.zeros(200)
"""


@pytest.fixture
def prepared(attack: Attack) -> Attack:
    assert attack.run(PREPARE).status == "ok"
    return attack


@pytest.mark.parametrize("leak", LEAKS, ids=range(len(LEAKS)))
@pytest.mark.usefixtures("asked")
def test_a_hidden_input_reaches_no_later_output(prepared: Attack, leak: str) -> None:
    prepared.run(f"def f(x):\n    {leak}\n    return 1")
    outcome = prepared.call("f", "hidden-" + SECRET)
    assert isinstance(outcome, (Returned, Raised)), outcome
    later: list[CellOutcome] = [
        prepared.run("print(stash)"),
        prepared.run(COLLECT),
        prepared.run("1"),
    ]
    assert [cell.status for cell in later] == ["ok"] * 3, later
    assert "hidden-" not in repr(later)


def test_what_is_shown_names_no_folder_of_this_machine(attack: Attack) -> None:
    shown = [
        attack.run("import torch\ntorch.nn.Linear(2, 2)(torch.ones(3))"),
        attack.run("import sys\nsys.exit()"),
        attack.run("torch.ones(2).resize(1)"),
    ]
    folders = [str(path) for path in (*package_paths(), own_code(), Path(sys.base_prefix))]
    assert "torch" in repr(shown)
    assert not [folder for folder in folders if folder in repr(shown)]
