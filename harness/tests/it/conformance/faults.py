"""Behaviours that show what the faults do: one side sends, and the other prints what it receives.

Which of the two is the server the test says, so that each is asked in both directions. Nothing is
faulty in the direction from the receiver to the sender. Those at the end, where nobody listens, are
about a server and a client.
"""

import contextlib
import select
import socket
import threading
import time

from sides import *


class Meeting:
    """How one side, the server or the client, meets the other."""

    def __init__(self, side):
        self.side = side
        self.listener = None

    def connection(self):
        """The next connection between the two."""
        if self.side == "client":
            return connect()
        if self.listener is None:
            self.listener = listen()
        return self.listener.accept()[0]

    def to_receiver(self):
        """A socket of the one who sends datagrams, and where they go."""
        if self.side == "client":
            return wire.datagrams(), wire.address
        bound = bind_datagrams()
        return bound, bound.recvfrom(100)[1]

    def from_sender(self):
        """A socket of the one who receives datagrams; a server cannot know a client that is silent."""
        if self.side == "server":
            return bind_datagrams()
        mine = wire.datagrams()
        mine.sendto(b"here", wire.address)
        return mine


class Steps:
    """Keeps the two in step, by a connection of its own.

    Each says the number of its step again and again until it hears the other's: so they come on
    whatever the fault does to this connection too, and nobody is ever at rest. When `look` returns,
    what was sent before `sent` is there, unless it is held: the question and its answer have passed
    behind it.
    """

    def __init__(self, connection):
        self.connection = connection
        self.step = 0
        self.heard = 0

    def exchange(self, number, wanted):
        while self.heard < wanted:
            self.connection.send(bytes([number]))
            if select.select([self.connection], [], [], 0.001)[0]:
                self.heard = max([self.heard, *(self.connection.recv(4096) or [255])])

    def sent(self):
        """The sender has sent, and waits until the receiver has looked."""
        for _ in range(2):
            self.step += 1
            self.exchange(self.step, self.step)

    def look(self):
        """The receiver waits until it is time to look."""
        for _ in range(2):
            self.step += 1
            self.exchange(self.step - 1, self.step)

    def end(self):
        self.connection.shutdown(socket.SHUT_WR)
        while self.connection.recv(4096):
            pass


def what_is_there(connection):
    """What can be read without waiting for it."""
    # On a busy machine the kernel may hand over a little later what was sent before.
    end = time.monotonic() + 0.1
    while not unread(connection) and time.monotonic() < end:
        time.sleep(0.001)
    data = b""
    try:
        while piece := connection.recv(65536, socket.MSG_DONTWAIT):
            data += piece
    except BlockingIOError:
        pass
    return data


class a_message_is_read:
    def sender(meeting):
        connection = meeting.connection()
        connection.sendall("naïve café\r\nover\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def receiver(meeting):
        connection = meeting.connection()
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
        say("reads: " + " ".join(str(len(piece)) for piece in pieces))
        say(f"in all: {b''.join(pieces)!r}")
        connection.close()


class messages_come_one_after_the_other:
    MESSAGES = (b"one.", b"two.", b"six.")

    def sender(meeting):
        connection, steps = meeting.connection(), Steps(meeting.connection())
        for message in messages_come_one_after_the_other.MESSAGES:
            connection.sendall(message)
            steps.sent()
        steps.end()
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def receiver(meeting):
        connection, steps = meeting.connection(), Steps(meeting.connection())
        data = b""
        for number, _ in enumerate(messages_come_one_after_the_other.MESSAGES, 1):
            steps.look()
            there = what_is_there(connection)
            say(f"look {number}: {there!r}")
            data += there
        steps.end()
        while piece := connection.recv(65536):
            data += piece
        say(f"in all: {data!r}")
        connection.close()


class a_message_comes_after_a_pause:
    def sender(meeting):
        connection = meeting.connection()
        connection.sendall(b"one.")
        # Who looks again and again is not idle.
        heard = any(select.select([connection], [], [], 0.001)[0] for _ in range(2000))
        say(f"heard before the second: {heard}")
        connection.sendall(b"two.")
        observe("got", read_exactly, connection, 1)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass

    def receiver(meeting):
        connection = meeting.connection()
        reads = []
        while piece := connection.recv(65536):
            reads.append(str(len(piece)))
            connection.sendall(b".")
        say("reads: " + " ".join(reads))
        connection.close()


class more_is_sent_than_is_taken:
    LENGTH = 100_000

    def sender(meeting):
        connection, steps = meeting.connection(), Steps(meeting.connection())
        connection.sendall(pattern(more_is_sent_than_is_taken.LENGTH))
        read_exactly(connection, 1)
        connection.sendall(b"and more")
        steps.sent()
        steps.end()
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def receiver(meeting):
        connection, steps = meeting.connection(), Steps(meeting.connection())
        observe("got", read_exactly, connection, more_is_sent_than_is_taken.LENGTH)
        connection.sendall(b".")
        steps.look()
        there = what_is_there(connection)
        say(f"there: {there!r}")
        steps.end()
        while piece := connection.recv(65536):
            there += piece
        say(f"in all: {there!r}")
        connection.close()


class a_sender_is_blocked_although_it_is_read_from:
    # More than the buffers of the kernel and of the relay hold.
    LENGTH = 8_000_000

    def sender(meeting):
        connection = meeting.connection()
        data = memoryview(pattern(a_sender_is_blocked_although_it_is_read_from.LENGTH))
        connection.setblocking(False)
        blocked = False
        while data:
            try:
                data = data[connection.send(data[:65536]) :]
            except BlockingIOError:
                if not select.select([], [connection], [], 1.0)[1]:
                    blocked = True
                    connection.setblocking(True)
        connection.setblocking(True)
        connection.shutdown(socket.SHUT_WR)
        say(f"blocked: {blocked}")
        while connection.recv(65536):
            pass

    def receiver(meeting):
        connection = meeting.connection()
        came = threading.Event()

        # As long as something happens, nobody is taken to be waiting for ever.
        def stir():
            for _ in range(250):
                if came.is_set():
                    break
                connection.sendall(b".")
                time.sleep(0.01)

        stirring = threading.Thread(target=stir)
        stirring.start()
        data = bytearray(connection.recv(65536))
        came.set()
        while piece := connection.recv(65536):
            data += piece
        stirring.join()
        observe("got", lambda: data)
        connection.close()


class questions_are_answered_at_once:
    COUNT = 5

    def sender(meeting):
        connection = meeting.connection()
        times = []
        for _ in range(questions_are_answered_at_once.COUNT):
            before = time.monotonic()
            connection.sendall(bytes(1000))
            read_exactly(connection, 1)
            times.append(time.monotonic() - before)
        # The quickest: whatever holds a machine up, it is hardly there five times.
        say(f"all took 0.2 s or longer: {min(times) >= 0.2}")
        connection.close()

    def receiver(meeting):
        connection = meeting.connection()
        for _ in range(questions_are_answered_at_once.COUNT):
            observe("got", read_exactly, connection, 1000)
            connection.sendall(b".")
        observe_all("got", connection)


class the_receiver_is_silent_at_first:
    def sender(meeting):
        connection, steps = meeting.connection(), Steps(meeting.connection())
        connection.sendall(b"hello")
        steps.sent()
        observe("got", read_exactly, connection, 3)
        steps.end()
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def receiver(meeting):
        connection, steps = meeting.connection(), Steps(meeting.connection())
        steps.look()
        there = what_is_there(connection)
        say(f"there: {there!r}")
        connection.sendall(b"now")
        steps.end()
        while piece := connection.recv(65536):
            there += piece
        say(f"in all: {there!r}")
        connection.close()


class a_question_ends_and_is_answered:
    def sender(meeting):
        connection = meeting.connection()
        connection.sendall(b"abcdefgh")
        # A connection that breaks off may have done so by now; the next read tells.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def receiver(meeting):
        connection = meeting.connection()
        observe_all("got", connection)
        observe("sent", connection.sendall, b"an answer")
        connection.close()


class a_question_comes_after_the_answer:
    def sender(meeting):
        connection = meeting.connection()
        observe_all("got", connection)
        observe("sent", connection.sendall, b"abcdefgh")
        observe("sent more", connection.sendall, b"ijkl")
        observe("ended", connection.shutdown, socket.SHUT_WR)
        connection.close()

    def receiver(meeting):
        connection = meeting.connection()
        connection.sendall(b"an answer")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)
        connection.close()


class a_question_is_answered_before_its_end:
    def sender(meeting):
        connection = meeting.connection()
        connection.sendall(b"abcdefgh")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def receiver(meeting):
        connection = meeting.connection()
        observe("got", read_exactly, connection, 8)
        connection.sendall(b"an answer")
        connection.shutdown(socket.SHUT_WR)
        observe_all("and then", connection)


class numbered_datagrams:
    def sender(meeting):
        mine, receiver = meeting.to_receiver()
        for number in range(1, 6):
            mine.sendto(b"%d" % number, receiver)
        mine.sendto(b"over", receiver)

    def receiver(meeting):
        mine = meeting.from_sender()
        got = []
        while (data := mine.recv(100)) != b"over":
            got.append(repr(data))
        say("got: " + " ".join(got))


class datagrams_that_may_overtake:
    def sender(meeting):
        mine, receiver = meeting.to_receiver()
        for number in range(1, 6):
            mine.sendto(b"%d" % number, receiver)

    def receiver(meeting):
        mine = meeting.from_sender()
        say("got: " + " ".join(repr(mine.recv(100)) for _ in range(5)))


class a_dialogue:
    def sender(meeting):
        mine, receiver = meeting.to_receiver()
        for number in range(1, 4):
            mine.sendto(b"question %d" % number, receiver)
            observe("got", mine.recv, 100)
        mine.sendto(b"over", receiver)

    def receiver(meeting):
        mine = meeting.from_sender()
        got = []
        while (datagram := mine.recvfrom(100))[0] != b"over":
            data, sender = datagram
            if data not in got:
                mine.sendto(b"answer to " + data, sender)
            got.append(data)
        say("got: " + ", ".join(data.decode() for data in got))


class two_questions_at_once:
    def sender(meeting):
        mine, receiver = meeting.to_receiver()
        mine.sendto(b"1", receiver)
        mine.sendto(b"2", receiver)
        observe("got", mine.recv, 100)
        mine.sendto(b"3", receiver)

    def receiver(meeting):
        mine = meeting.from_sender()
        first, sender = mine.recvfrom(100)
        mine.sendto(b"go on", sender)
        say("got: " + " ".join(repr(data) for data in [first, mine.recv(100), mine.recv(100)]))


class datagrams_are_answered_at_once:
    COUNT = 5

    def sender(meeting):
        mine, receiver = meeting.to_receiver()
        times = []
        for _ in range(datagrams_are_answered_at_once.COUNT):
            before = time.monotonic()
            mine.sendto(b"?", receiver)
            mine.recv(100)
            times.append(time.monotonic() - before)
        say(f"all took 0.2 s or longer: {min(times) >= 0.2}")

    def receiver(meeting):
        mine = meeting.from_sender()
        for _ in range(datagrams_are_answered_at_once.COUNT):
            data, sender = mine.recvfrom(100)
            mine.sendto(data, sender)
            observe("got", lambda: data)


class datagrams_come_from_their_sender:
    def sender(meeting):
        mine, receiver = meeting.to_receiver()
        mine.sendto(b"1", receiver)
        data, answerer = mine.recvfrom(100)
        observe("got", lambda: data)
        say(f"from where it was sent to: {answerer == receiver}")
        mine.sendto(b"2", receiver)
        mine.sendto(b"over", receiver)

    def receiver(meeting):
        mine = meeting.from_sender()
        got = []
        while not got or got[-1][0] != b"over":
            got.append(mine.recvfrom(100))
            if got[-1][0] == b"1":
                mine.sendto(b"an answer", got[-1][1])
        usual = got[-1][1]

        def whose(address):
            if address == usual:
                return "the sender's"
            return "another port's" if address[0] == usual[0] else "a stranger's"

        say("got: " + ", ".join(f"{data!r} is {whose(address)}" for data, address in got))


class a_connected_socket_hears_its_partner:
    def sender(meeting):
        mine, receiver = meeting.to_receiver()
        mine.sendto(b"hello", receiver)
        observe("got", mine.recv, 100)
        mine.sendto(b"an answer", receiver)

    def receiver(meeting):
        mine = meeting.from_sender()
        if meeting.side == "client":
            mine.connect(wire.address)
            observe("got", mine.recv, 100)
        else:
            data, sender = mine.recvfrom(100)
            observe("got", lambda: data)
            mine.connect(sender)
        mine.send(b"a question")
        observe("got", mine.recv, 100)


class two_connections_are_tried:
    def server():
        listener = listen()
        for number in (1, 2):
            connection, _ = listener.accept()
            say(f"accepted {number}")
            observe_all("got", connection)

    def client():
        for number in (1, 2):
            connection = wire.stream()
            observe(f"connect {number}", connection.connect_ex, wire.address)
            connection.close()


class a_silent_client_comes:
    def server():
        connection, _ = listen().accept()
        observe_all("got", connection)

    def client():
        # A connection that breaks off may have done so by now.
        with contextlib.suppress(OSError):
            connection = connect()
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
        say("over")


class a_datagram_is_answered:
    def server():
        bound = bind_datagrams()
        data, sender = bound.recvfrom(100)
        observe("got", lambda: data)
        bound.sendto(b"an answer", sender)

    def client():
        mine = wire.datagrams()
        mine.connect(wire.address)
        mine.send(b"?")
        observe("got", mine.recv, 100)
