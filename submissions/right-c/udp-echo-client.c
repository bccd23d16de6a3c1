/* UDP echo client: one datagram, at most 2 seconds for the answer. */
#include "net.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char text[] = "Hello, UDP World!";

int main(int argc, char **argv) {
    const char *host = argc > 1 ? argv[1] : "127.0.0.1";
    const char *port = argc > 2 ? argv[2] : "50000";
    struct timeval patience = {2, 0};
    static char answer[65536];
    ssize_t n;

    /* A connected UDP socket only receives what the server sends. */
    int fd = connect_to(SOCK_DGRAM, host, port);
    if (fd < 0)
        return 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(fd, text, strlen(text), 0) < 0) {
        perror("send");
        return 1;
    }
    n = recv(fd, answer, sizeof answer, 0);
    if (n < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            printf("No answer within 2 seconds\n");
        else
            perror("recv");
        return 1;
    }
    close(fd);
    printf("%.*s\n", (int)n, answer);
    return 0;
}
