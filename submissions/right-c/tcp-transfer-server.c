/* Writes what clients send, one client after another, to standard output and nothing else. */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void write_all(const char *data, size_t length) {
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, data, length);
        if (n < 0) {
            perror("write");
            exit(1);
        }
        data += n;
        length -= (size_t)n;
    }
}

int main(int argc, char **argv) {
    char buffer[4096];
    int listener;

    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 1;
    }
    listener = bind_to(SOCK_STREAM, argv[1]);
    for (;;) {
        ssize_t n;
        int client = accept(listener, NULL, NULL);
        if (client < 0) {
            perror("accept");
            continue;
        }
        while ((n = recv(client, buffer, sizeof buffer, 0)) > 0)
            write_all(buffer, (size_t)n);
        if (n < 0)
            perror("recv");
        close(client);
    }
}
