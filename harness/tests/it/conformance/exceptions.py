"""Where the relay does differ; the list with the reasons is in `conformance.rs`."""

import select
import socket

from sides import *


class urgent_data_is_not_passed_on:
    def server():
        connection = accept_one()
        connection.sendall(b"usual")
        connection.send(b"!", socket.MSG_OOB)
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def client():
        connection = connect()
        poll = select.poll()
        poll.register(connection, select.POLLRDHUP)
        poll.poll()
        read_exactly(connection, 5)
        observe("urgent", connection.recv, 1, socket.MSG_OOB)
        connection.close()


class the_server_sees_a_port_of_the_relay:
    def server():
        connection = accept_one()
        port = int(read_exactly(connection, 5))
        say(f"the client's own port: {connection.getpeername()[1] == port}")

    def client():
        connection = connect()
        connection.sendall(b"%5d" % connection.getsockname()[1])
        observe_all("got", connection)


class a_datagram_server_sees_a_port_of_the_relay:
    def server():
        data, sender = bind_datagrams().recvfrom(100)
        say(f"the client's own port: {sender[1] == int(data)}")

    def client():
        mine = wire.datagrams()
        mine.bind((wire.client, 31_000))
        mine.sendto(b"31000", wire.address)


class a_server_that_stops_listening_refuses_later:
    def server():
        listener = listen()
        connection, _ = listener.accept()
        listener.close()
        connection.sendall(b"closed")
        connection.recv(1)

    def client():
        first = connect()
        read_exactly(first, 6)
        second = wire.stream()
        observe("connect", second.connect_ex, wire.address)
        observe("read", second.recv, 1)
        first.close()


class a_full_backlog_is_hidden:
    def server():
        listener = listen(0)
        connection, _ = listener.accept()
        connection.recv(1)

    def client():
        first = connect()
        waiting = [wire.stream() for _ in range(3)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(wire.address)

        def established():
            states = [c.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] for c in waiting]
            return states == [1, 1, 1]

        # The kernel sends a SYN that was dropped again after a second.
        say(f"all three are connected: {established() or wait_until('them', established, 0.5)}")
        first.close()


class only_the_ports_of_the_exercise_lead_anywhere:
    def server():
        other = wire.stream()
        other.bind((wire.host, wire.port + 1))
        other.listen(1)
        listener = listen()
        listener.accept()[0].recv(1)

    def client():
        beside = wire.stream()
        observe("connect", beside.connect_ex, (wire.host, wire.port + 1))
        connect().close()


class a_closed_port_of_the_other_device_is_silent:
    def server():
        bound = bind_datagrams()
        _, sender = bound.recvfrom(100)
        bound.sendto(b"closing", sender)
        bound.close()

    def client():
        mine = wire.datagrams()
        mine.connect(wire.address)
        mine.send(b"?")
        mine.recv(100)
        mine.settimeout(0.4)

        def refused():
            # What comes before the other one has closed its socket is lost with it.
            for _ in range(5):
                try:
                    mine.send(b"!")
                    mine.recv(100)
                    return "an answer"
                except ConnectionRefusedError:
                    return "ECONNREFUSED"
                except TimeoutError:
                    continue
            return "nothing"

        observe("came", refused)


class datagrams_come_one_at_a_time:
    def server():
        bound = bind_datagrams()
        one = None

        def several():
            return memory_in_use(bound) > 3 * 1000

        wait_until("the first", lambda: memory_in_use(bound) > 0)
        say(f"several wait: {wait_until('several', several, 3.0)}")
        for _ in range(5):
            bound.recv(2000)

    def client():
        mine = wire.datagrams()
        for _ in range(5):
            mine.sendto(bytes(1000), wire.address)


class a_broken_unix_stream_just_ends:
    def server():
        connection = accept_one()
        wait_unread(connection, 6)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"unread")
        observe_all("got", connection)


class file_descriptors_are_not_passed_on:
    def server():
        connection = accept_one()
        data, files, _, _ = socket.recv_fds(connection, 10, 1)
        say(f"{data!r} with {len(files)} files")

    def client():
        connection = connect()
        socket.send_fds(connection, [b"take"], [1])
        observe_all("got", connection)
