"""Behaviours of TCP alone: addresses, refusal and resets."""

import select
import socket
import threading

from sides import *
from stream import send_until_it_fails


class addresses_are_those_of_the_right_devices:
    def server():
        connection = accept_one()
        say(f"my own address is where I listen: {connection.getsockname()[:2] == wire.address}")
        say(f"the client's host is the client's: {connection.getpeername()[0] == wire.client}")
        observe_all("got", connection)
        connection.close()

    def client():
        connection = connect()
        say(f"the server's address is the one I called: {connection.getpeername()[:2] == wire.address}")
        say(f"my own host is mine: {connection.getsockname()[0] == wire.client}")
        connection.close()


class accept_tells_the_address_that_getpeername_tells:
    def server():
        listener = listen()
        connection, address = listener.accept()
        say(f"the same: {address == connection.getpeername()}")
        connection.close()

    def client():
        observe_all("got", connect())


class two_connections_come_from_two_ports:
    def server():
        listener = listen()
        addresses = [listener.accept()[1] for _ in range(2)]
        say(f"two ports: {addresses[0][1] != addresses[1][1]}")

    def client():
        connections = [connect() for _ in range(2)]
        for connection in connections:
            connection.recv(1)


class connecting_where_nothing_listens_is_refused:
    def server():
        connection = accept_one()
        observe_all("got", connection)

    def client():
        nowhere = wire.stream()
        observe("connect", nowhere.connect_ex, (wire.host, wire.port + 1))
        connect().close()


class a_connect_that_does_not_wait_succeeds:
    def server():
        connection = accept_one()
        observe_all("got", connection)

    def client():
        connection = wire.stream()
        connection.setblocking(False)
        connection.connect_ex(wire.address)
        select.select([], [connection], [])
        observe("error", connection.getsockopt, socket.SOL_SOCKET, socket.SO_ERROR)
        connection.send(b"connected")
        connection.close()


class closing_the_server_with_unread_data_breaks_off:
    def server():
        connection = accept_one()
        wait_unread(connection, 6)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"unread")
        observe_all("got", connection)
        observe("sent", connection.send, b"x")


class closing_the_client_with_unread_data_breaks_off:
    def server():
        connection = accept_one()
        connection.sendall(b"unread")
        observe_all("got", connection)
        observe("sent", connection.send, b"x")

    def client():
        connection = connect()
        wait_unread(connection, 6)
        connection.close()


class what_was_sent_before_a_break_arrives:
    def server():
        connection = accept_one()
        wait_unread(connection, 6)
        connection.sendall(b"last words")
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"unread")
        observe_all("got", connection)


class a_reset_by_the_server_reaches_the_client:
    def server():
        connection = accept_one()
        observe("got", read_exactly, connection, 4)
        close_with_reset(connection)

    def client():
        connection = connect()
        connection.sendall(b"over")
        observe_all("got", connection)
        observe("sent", connection.send, b"x")
        observe("read", connection.recv, 10)


class a_reset_by_the_client_reaches_the_server:
    def server():
        connection = accept_one()
        connection.sendall(b"over")
        observe_all("got", connection)
        observe("sent", connection.send, b"x")
        observe("read", connection.recv, 10)

    def client():
        connection = connect()
        observe("got", read_exactly, connection, 4)
        close_with_reset(connection)


class a_reset_of_a_new_connection_reaches_the_server:
    def server():
        connection = accept_one()
        observe_all("got", connection)

    def client():
        close_with_reset(connect())


class a_reset_reaches_a_client_that_ended_its_direction:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        close_with_reset(connection)

    def client():
        connection = connect()
        connection.sendall(b"abc")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)


class a_reset_reaches_a_server_that_ended_its_direction:
    def server():
        connection = accept_one()
        connection.sendall(b"abc")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def client():
        connection = connect()
        observe_all("got", connection)
        close_with_reset(connection)


def fill(connection):
    """Sends until nothing more is taken."""
    connection.setblocking(False)
    while True:
        try:
            connection.send(pattern(65536))
        except BlockingIOError:
            if not select.select([], [connection], [], 1.0)[1]:
                connection.setblocking(True)
                return


class a_reset_wakes_a_blocked_server:
    def server():
        listener = listen()
        connection, _ = listener.accept()
        control, _ = listener.accept()
        fill(connection)
        control.sendall(b"full")
        observe("sent", send_until_it_fails, connection)
        observe_all("got", connection)

    def client():
        connection, control = connect(), connect()
        read_exactly(control, 4)
        close_with_reset(connection)


class a_reset_wakes_a_blocked_client:
    def server():
        listener = listen()
        connection, _ = listener.accept()
        control, _ = listener.accept()
        read_exactly(control, 4)
        close_with_reset(connection)

    def client():
        connection, control = connect(), connect()
        fill(connection)
        control.sendall(b"full")
        observe("sent", send_until_it_fails, connection)
        observe_all("got", connection)


class a_close_without_reading_wakes_a_blocked_client:
    def server():
        listener = listen()
        connection, _ = listener.accept()
        control, _ = listener.accept()
        read_exactly(control, 4)
        connection.close()

    def client():
        connection, control = connect(), connect()
        fill(connection)
        control.sendall(b"full")
        observe("sent", send_until_it_fails, connection)
        observe_all("got", connection)


class a_poll_tells_that_the_peer_ended:
    def server():
        connection = accept_one()
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)

    def client():
        connection = connect()
        poll = select.poll()
        poll.register(connection, select.POLLRDHUP)
        [(_, events)] = poll.poll()
        say(f"the peer's end: {bool(events & select.POLLRDHUP)}")
        say(f"both ends: {bool(events & select.POLLHUP)}")
        connection.close()


class more_clients_than_the_backlog_holds_are_all_served:
    COUNT = 4

    def server():
        listener = listen(0)
        for _ in range(more_clients_than_the_backlog_holds_are_all_served.COUNT):
            connection, _ = listener.accept()
            connection.sendall(b"your turn: ")
            connection.sendall(b"served " + connection.recv(1))
            connection.close()
        say("all served")

    def client():
        answers = []

        def one(number, connection):
            try:
                select.select([], [connection], [])
                connection.setblocking(True)
                connection.sendall(b"%d" % number)
                answers.append(bytes(read_exactly(connection, 19)))
            except OSError as error:
                answers.append(name_of(error).encode())

        # The first says nothing before all have called; so the backlog is full for all but one.
        first = connect()
        read_exactly(first, 11)
        threads = []
        for number in range(1, more_clients_than_the_backlog_holds_are_all_served.COUNT):
            connection = wire.stream()
            connection.setblocking(False)
            connection.connect_ex(wire.address)
            threads.append(threading.Thread(target=one, args=(number, connection)))
        for thread in threads:
            thread.start()
        first.sendall(b"0")
        observe("answer", read_exactly, first, 8)
        for thread in threads:
            thread.join()
        for answer in sorted(answers):
            observe("answer", lambda: answer)
