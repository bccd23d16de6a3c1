/* Sends standard input to the server. */
#include "net.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char buffer[4096];
    ssize_t n;
    int fd;

    if (argc != 3) {
        fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
        return 1;
    }
    fd = connect_to(SOCK_STREAM, argv[1], argv[2]);
    if (fd < 0)
        return 1;
    while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
        if (send_all(fd, buffer, (size_t)n) < 0) {
            perror("send");
            return 1;
        }
    }
    if (n < 0) {
        perror("read");
        return 1;
    }
    close(fd);
    return 0;
}
