"""Plays one behaviour: `play.py WIRE HOST CLIENT PORT SIDE NAME`.

SIDE is `server` or `client`, each on a device of its own with the relay between them, or `direct`:
both on one device, with nothing between them. The programs are the same either way; they print one
line for each thing that they observe, and `done` when they came to their end.

HOST is the server's address, CLIENT the one that the client's packets come from.
"""

import os
import sys

import sides

import exceptions
import stream
import tcp
import udp
import unix

STDIN = 0


def find(name):
    for module in (stream, tcp, udp, unix, exceptions):
        behaviour = getattr(module, name, None)
        if behaviour is not None:
            return behaviour
    raise SystemExit(f"there is no behaviour {name}")


def play(side, name):
    sides.say.side = side
    try:
        getattr(find(name), side)()
        sides.say("done")
    except Exception as error:
        sides.say(f"stopped by {type(error).__name__}: {error}")
        raise


def hold():
    """Waits for what never comes, at rest: the run is over when the other side is at rest too."""
    os.read(STDIN, 1)


def direct(name):
    heard, sides.ready.pipe = os.pipe()
    if os.fork() == 0:
        play("server", name)
        os._exit(0)
    os.close(sides.ready.pipe)
    sides.ready.pipe = None
    os.read(heard, 1)
    if os.fork() == 0:
        play("client", name)
        hold()
    os.wait()
    os.wait()


wire, host, client, port, side, name = sys.argv[1:]
sides.wire.set(wire, host, client, int(port))
if side == "direct":
    direct(name)
else:
    play(side, name)
    if side == "client":
        hold()
