"""Behaviours of UDP, of both families."""

import socket

from sides import *


def client_socket():
    return wire.datagrams()


class datagrams_keep_their_boundaries:
    def server():
        bound = bind_datagrams()
        for _ in range(4):
            data, sender = bound.recvfrom(65536)
            observe("got", lambda: data)
            bound.sendto(data * 2, sender)

    def client():
        mine = client_socket()
        for length in (1, 10, 1000, 2):
            mine.sendto(pattern(length), wire.address)
        for _ in range(4):
            observe("got", mine.recv, 65536)


class an_empty_datagram_arrives:
    def server():
        bound = bind_datagrams()
        for _ in range(3):
            data, sender = bound.recvfrom(100)
            observe("got", lambda: data)
            bound.sendto(data, sender)

    def client():
        mine = client_socket()
        for data in (b"", b"between", b""):
            mine.sendto(data, wire.address)
        for _ in range(3):
            observe("got", mine.recv, 100)


class large_datagrams_arrive_whole:
    # The longest that fits into an IPv4 packet; IPv6 would take 20 more.
    LENGTHS = (1472, 1473, 1500, 8192, 65507)

    def server():
        bound = bind_datagrams()
        for _ in large_datagrams_arrive_whole.LENGTHS:
            data, sender = bound.recvfrom(65536)
            observe("got", lambda: data)
            bound.sendto(data[::-1], sender)

    def client():
        mine = client_socket()
        for length in large_datagrams_arrive_whole.LENGTHS:
            mine.sendto(pattern(length), wire.address)
            observe("got", mine.recv, 65536)
        observe("too long", mine.sendto, bytes(65536), wire.address)


class a_short_buffer_cuts_a_datagram:
    def server():
        bound = bind_datagrams()
        observe("got", bound.recv, 4)
        observe("got", bound.recv, 4)

    def client():
        mine = client_socket()
        mine.sendto(b"too long", wire.address)
        mine.sendto(b"fits", wire.address)


class datagrams_stay_in_order:
    def server():
        bound = bind_datagrams()
        numbers = [int(bound.recv(100)) for _ in range(100)]
        say(f"in order: {numbers == sorted(numbers)}")

    def client():
        mine = client_socket()
        for number in range(100):
            mine.sendto(b"%d" % number, wire.address)


class datagrams_of_several_sockets_stay_in_order:
    ROUNDS = 20

    def server():
        bound = bind_datagrams()
        for _ in range(4):
            data, sender = bound.recvfrom(100)
            bound.sendto(data, sender)
        for _ in range(datagrams_of_several_sockets_stay_in_order.ROUNDS):
            say(" ".join(bound.recv(100).decode() for _ in range(4)))
            bound.sendto(b"next", sender)

    def client():
        sockets = [client_socket() for _ in range(4)]
        for mine in sockets:
            mine.sendto(b"here", wire.address)
            mine.recv(100)
        for _ in range(datagrams_of_several_sockets_stay_in_order.ROUNDS):
            for number, mine in reversed(list(enumerate(sockets))):
                mine.sendto(b"%d" % number, wire.address)
            sockets[3].recv(100)


class answers_come_from_the_address_that_was_called:
    def server():
        bound = bind_datagrams()
        for _ in range(2):
            data, sender = bound.recvfrom(100)
            say(f"from the client's host: {sender[0] == wire.client}")
            bound.sendto(data, sender)

    def client():
        mine = client_socket()
        for _ in range(2):
            mine.sendto(b"who?", wire.address)
            data, sender = mine.recvfrom(100)
            say(f"{data!r} from where it was sent to: {sender[:2] == wire.address}")


class a_socket_keeps_its_address_and_two_have_two:
    def server():
        bound = bind_datagrams()
        known = []
        for _ in range(6):
            data, sender = bound.recvfrom(100)
            if sender not in known:
                known.append(sender)
            observe(f"from number {known.index(sender)}", lambda: data)
            bound.sendto(b"to " + data, sender)

    def client():
        sockets = [client_socket(), client_socket()]
        for round in range(3):
            for number, mine in enumerate(sockets):
                mine.sendto(b"%d.%d" % (number, round), wire.address)
                observe(f"socket {number}", mine.recv, 100)


class a_server_passes_on_between_its_clients:
    def server():
        bound = bind_datagrams()
        _, first = bound.recvfrom(100)
        bound.sendto(b"hello", first)
        data, _ = bound.recvfrom(100)
        bound.sendto(data, first)
        data, sender = bound.recvfrom(100)
        say(f"from the first: {sender == first}")

    def client():
        first, second = client_socket(), client_socket()
        first.sendto(b"I am here", wire.address)
        observe("first", first.recv, 100)
        second.sendto(b"from the second", wire.address)
        observe("first", first.recv, 100)
        first.sendto(b"thanks", wire.address)


class a_server_may_answer_often_and_late:
    def server():
        bound = bind_datagrams()
        _, sender = bound.recvfrom(100)
        for number in range(3):
            bound.sendto(b"part %d" % number, sender)
        bound.recvfrom(100)
        bound.sendto(b"late", sender)

    def client():
        mine = client_socket()
        mine.sendto(b"all parts", wire.address)
        for _ in range(3):
            observe("got", mine.recv, 100)
        mine.sendto(b"and?", wire.address)
        observe("got", mine.recv, 100)


class an_answer_from_another_port_is_seen_as_such:
    def server():
        bound = bind_datagrams()
        other = wire.datagrams()
        other.bind((wire.host, 0))
        for answering in (bound, other, bound, other):
            _, sender = bound.recvfrom(100)
            port = answering.getsockname()[1]
            answering.sendto(b"%d" % port, sender)

    def client():
        mine = client_socket()
        for _ in range(4):
            mine.sendto(b"?", wire.address)
            data, sender = mine.recvfrom(100)
            usual = sender[1] == wire.port
            say(f"from the port that it names: {sender[1] == int(data)}, the usual one: {usual}")
            say(f"from the server's host: {sender[0] == wire.host}")


class a_connected_client_does_not_hear_another_port:
    def server():
        bound = bind_datagrams()
        other = wire.datagrams()
        _, sender = bound.recvfrom(100)
        other.sendto(b"from the other port", sender)
        bound.sendto(b"from the usual port", sender)

    def client():
        mine = client_socket()
        mine.connect(wire.address)
        mine.send(b"?")
        observe("got", mine.recv, 100)


class a_client_may_go_on_at_the_port_that_answered:
    def server():
        bound = bind_datagrams()
        _, sender = bound.recvfrom(100)
        other = wire.datagrams()
        other.bind((wire.host, 0))
        other.sendto(b"go on here", sender)
        data, again = other.recvfrom(100)
        observe("at the other port", lambda: data)
        say(f"from the same client: {again == sender}")
        data, third = other.recvfrom(100)
        observe("at the other port", lambda: data)
        say(f"from another client: {third != sender}")
        other.sendto(b"you too", third)
        other.connect(sender)
        other.send(b"block 2")
        observe("at the other port", other.recv, 100)
        observe("at the other port", other.recv, 100)

    def client():
        mine = client_socket()
        mine.sendto(b"?", wire.address)
        data, sender = mine.recvfrom(100)
        observe("got", lambda: data)
        mine.sendto(b"ack 1", sender)
        second = client_socket()
        second.sendto(b"me too", sender)
        data, again = second.recvfrom(100)
        observe("got", lambda: data)
        say(f"from the same port: {again == sender}")
        mine.sendto(b"ack 1", sender)
        data, again = mine.recvfrom(100)
        observe("got", lambda: data)
        say(f"from the same port: {again == sender}")
        mine.sendto(b"ack 2", again)


class connected_sockets_work_both_ways:
    def server():
        bound = bind_datagrams()
        data, sender = bound.recvfrom(100)
        observe("got", lambda: data)
        bound.connect(sender)
        bound.send(b"connected")
        observe("got", bound.recv, 100)

    def client():
        mine = client_socket()
        mine.connect(wire.address)
        say(f"the server's address is the one I called: {mine.getpeername()[:2] == wire.address}")
        mine.send(b"hello")
        observe("got", mine.recv, 100)
        mine.send(b"thanks")


class a_bound_client_is_answered_at_its_port:
    def server():
        bound = bind_datagrams()
        _, sender = bound.recvfrom(100)
        bound.sendto(b"at your port", sender)

    def client():
        mine = client_socket()
        mine.bind((wire.client, 31_000))
        mine.sendto(b"?", wire.address)
        observe("got", mine.recv, 100)
        say(f"my port is still mine: {mine.getsockname()[1] == 31_000}")


class a_client_that_comes_again_is_a_new_one:
    def server():
        bound = bind_datagrams()
        _, first = bound.recvfrom(100)
        bound.sendto(b"go on", first)
        _, second = bound.recvfrom(100)
        say(f"another address: {first != second}")

    def client():
        mine, next = client_socket(), client_socket()
        mine.sendto(b"first", wire.address)
        observe("got", mine.recv, 100)
        mine.close()
        next.sendto(b"second", wire.address)


class nothing_comes_where_nobody_answers:
    def server():
        observe("got", bind_datagrams().recv, 100)

    def client():
        mine = client_socket()
        mine.settimeout(0.2)
        mine.sendto(b"?", wire.address)
        observe("got", mine.recv, 100)


class a_closed_port_of_the_own_device_is_refused:
    def server():
        observe("got", bind_datagrams().recv, 100)

    def client():
        mine = client_socket()
        mine.connect((wire.client, wire.port + 1))
        mine.send(b"?")
        observe("got", mine.recv, 100)
        mine = client_socket()
        mine.sendto(b"!", wire.address)
