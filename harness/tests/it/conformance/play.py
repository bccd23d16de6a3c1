"""Plays one behaviour: `play.py WIRE HOST CLIENT PORT SIDE NAME [RECEIVER]`.

SIDE is `server` or `client`, each on a device of its own with the relay between them, or `direct`:
both on one device, with nothing between them. The programs are the same either way; they print one
line for each thing that they observe, and `done` when they came to their end.

HOST is the server's address, CLIENT the one that the client's packets come from. Where one side
sends and the other receives, RECEIVER is the side that receives.
"""

import os
import sys

import sides

import exceptions
import faults
import stream
import tcp
import udp
import unix

STDIN = 0


def find(name):
    for module in (stream, tcp, udp, unix, exceptions, faults):
        behaviour = getattr(module, name, None)
        if behaviour is not None:
            return behaviour
    raise SystemExit(f"there is no behaviour {name}")


def play(side, name):
    part, arguments = side, ()
    if receiver:
        part = "receiver" if side == receiver[0] else "sender"
        arguments = (faults.Meeting(side),)
    sides.say.side = part
    try:
        getattr(find(name), part)(*arguments)
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


wire, host, client, port, side, name, *receiver = sys.argv[1:]
sides.wire.set(wire, host, client, int(port))
if side == "direct":
    direct(name)
else:
    play(side, name)
    if side == "client":
        hold()
