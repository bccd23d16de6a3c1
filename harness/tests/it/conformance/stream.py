"""Behaviours of every stream: TCP of both families, and Unix sockets."""

import os
import select
import socket
import threading

from sides import *


class bytes_arrive_both_ways:
    def server():
        connection = accept_one()
        observe("got", read_exactly, connection, 5)
        connection.sendall(b"and back")
        observe_all("got", connection)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"there")
        observe("got", read_exactly, connection, 8)
        connection.close()


class three_megabytes_go_each_way_at_once:
    LENGTH = 3_000_000

    def both(connection, start):
        data = pattern(three_megabytes_go_each_way_at_once.LENGTH, start)
        sender = threading.Thread(target=connection.sendall, args=(data,))
        sender.start()
        observe("got", read_exactly, connection, len(data))
        sender.join()
        connection.shutdown(socket.SHUT_WR)
        observe_all("and then", connection)
        connection.close()

    def server():
        three_megabytes_go_each_way_at_once.both(accept_one(), 1)

    def client():
        three_megabytes_go_each_way_at_once.both(connect(), 2)


class single_bytes_stay_in_order:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        connection.close()

    def client():
        connection = connect()
        for byte in pattern(2000):
            connection.send(bytes([byte]))
        connection.close()


class the_client_ends_its_direction_first:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        connection.sendall(b"an answer")
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"a question")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)
        connection.close()


class the_server_ends_its_direction_first:
    def server():
        connection = accept_one()
        connection.sendall(b"a greeting")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)
        connection.close()

    def client():
        connection = connect()
        observe_all("got", connection)
        connection.sendall(b"an answer")
        connection.close()


class both_end_their_directions_at_once:
    def server():
        connection = accept_one()
        connection.sendall(b"from the server")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"from the client")
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)
        connection.close()


class much_data_follows_the_half_close_of_the_peer:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        data = pattern(1_000_000)
        for start in range(0, len(data), 1000):
            connection.sendall(data[start : start + 1000])
        connection.close()

    def client():
        connection = connect()
        connection.shutdown(socket.SHUT_WR)
        observe_all("got", connection)
        connection.close()


class a_close_ends_the_stream:
    def server():
        connection = accept_one()
        observe("got", read_exactly, connection, 3)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"abc")
        observe_all("got", connection)
        connection.close()


class a_connection_without_bytes_ends:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        connection.close()

    def client():
        connect().close()


class the_end_of_a_process_closes_its_connection:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        connection.close()

    def client():
        child = os.fork()
        if child == 0:
            connection = connect()
            connection.sendall(b"last words")
            os._exit(0)
        os.waitpid(child, 0)


class what_came_before_accept_is_kept:
    def server():
        listener = listen()
        # The client ends only when the connection behind this one is accepted.
        first, _ = listener.accept()
        second, _ = listener.accept()
        observe_all("the second", second)
        observe_all("the first", first)
        first.close()
        second.close()

    def client():
        first = connect()
        first.sendall(b"kept")
        first.close()
        second = connect()
        second.sendall(b"also kept")
        second.close()


class several_connections_keep_apart:
    COUNT = 5

    def server():
        listener = listen()
        connections = [listener.accept()[0] for _ in range(several_connections_keep_apart.COUNT)]
        for number, connection in enumerate(connections):
            observe(f"connection {number}", read_exactly, connection, 8)
        for number, connection in reversed(list(enumerate(connections))):
            connection.sendall(b"answer %d" % number)
            observe_all(f"then connection {number}", connection)
            connection.close()

    def client():
        connections = [connect() for _ in range(several_connections_keep_apart.COUNT)]
        for part in (b"half", b"more"):
            for number, connection in enumerate(connections):
                connection.sendall(part[:3] + b"%d" % number)
        for number, connection in reversed(list(enumerate(connections))):
            observe(f"connection {number}", read_exactly, connection, 8)
            connection.sendall(b"bye %d" % number)
            connection.close()


class one_of_two_connections_ends_alone:
    def server():
        listener = listen()
        first, _ = listener.accept()
        second, _ = listener.accept()
        first.close()
        observe("the second", read_exactly, second, 4)
        second.sendall(b"here")
        observe_all("the second", second)
        second.close()

    def client():
        first = connect()
        second = connect()
        observe_all("the first", first)
        second.sendall(b"you?")
        observe("the second", read_exactly, second, 4)
        first.close()
        second.close()


class BackPressure:
    """One side sends while nobody reads; a second connection says when to begin."""

    MORE_THAN_FITS = 64 << 20

    def fill(sender, control):
        sender.setblocking(False)
        piece = pattern(65536)
        sent = 0
        while sent < BackPressure.MORE_THAN_FITS:
            try:
                sent += sender.send(piece)
            except BlockingIOError:
                # What is handed on by and by makes room again; only a full way does not.
                if not select.select([], [sender], [], 1.0)[1]:
                    break
        say(f"blocked before {BackPressure.MORE_THAN_FITS} bytes: {sent < BackPressure.MORE_THAN_FITS}")
        control.sendall(b"%20d" % sent)
        sender.setblocking(True)
        sender.close()

    def empty(receiver, control):
        sent = int(read_exactly(control, 20))
        got = 0
        while piece := receiver.recv(65536):
            got += len(piece)
        say(f"all of it came: {got == sent}")


class a_client_that_nobody_reads_is_blocked:
    def server():
        listener = listen()
        receiver, _ = listener.accept()
        control, _ = listener.accept()
        BackPressure.empty(receiver, control)

    def client():
        sender, control = connect(), connect()
        BackPressure.fill(sender, control)


class a_server_that_nobody_reads_is_blocked:
    def server():
        listener = listen()
        sender, _ = listener.accept()
        control, _ = listener.accept()
        BackPressure.fill(sender, control)

    def client():
        receiver, control = connect(), connect()
        BackPressure.empty(receiver, control)


def send_until_it_fails(connection):
    """What the first failing send says; the first ones may still be taken."""
    piece = pattern(1000)

    def failed():
        try:
            connection.send(piece)
            return False
        except OSError as error:
            failed.error = name_of(error)
            return True

    wait_until("a send that fails", failed)
    return failed.error


class writing_to_a_closed_server_fails:
    def server():
        connection = accept_one()
        observe("got", read_exactly, connection, 3)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"abc")
        observe_all("got", connection)
        observe("sent", send_until_it_fails, connection)
        observe("sent again", connection.send, b"x")
        observe("read", connection.recv, 10)
        connection.close()


class writing_to_a_closed_client_fails:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        observe("sent", send_until_it_fails, connection)
        observe("sent again", connection.send, b"x")
        observe("read", connection.recv, 10)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"abc")
        connection.close()


class the_client_stops_reading_and_still_writes:
    def server():
        connection = accept_one()
        observe_all("got", connection)
        connection.close()

    def client():
        connection = connect()
        connection.shutdown(socket.SHUT_RD)
        observe("read", connection.recv, 10)
        connection.sendall(b"still here")
        connection.close()


class a_peek_leaves_what_it_saw:
    def server():
        connection = accept_one()
        wait_unread(connection, 4)
        observe("peeked", connection.recv, 10, socket.MSG_PEEK)
        observe("read", connection.recv, 10)
        observe_all("then", connection)
        connection.close()

    def client():
        connection = connect()
        connection.sendall(b"peek")
        connection.close()
