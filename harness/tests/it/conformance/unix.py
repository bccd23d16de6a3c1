"""Behaviours of Unix stream sockets alone."""

import socket

from sides import *


class connecting_to_a_missing_name_fails:
    def server():
        accept_one().close()

    def client():
        nowhere = wire.stream()
        observe("connect", nowhere.connect_ex, "no-such.sock")
        connect().close()


class connecting_to_a_name_where_nobody_listens_is_refused:
    def server():
        accept_one().close()

    def client():
        deaf = wire.stream()
        deaf.bind("deaf.sock")
        nowhere = wire.stream()
        observe("connect", nowhere.connect_ex, "deaf.sock")
        connect().close()


class the_names_of_both_ends_are_right:
    def server():
        connection = accept_one()
        observe("my own name", connection.getsockname)
        observe("the client's name", connection.getpeername)
        observe_all("got", connection)

    def client():
        connection = connect()
        observe("my own name", connection.getsockname)
        observe("the server's name", connection.getpeername)
        connection.close()
