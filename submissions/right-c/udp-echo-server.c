/* UDP echo server: answers every datagram with "Echo: " and its text. */
#include "net.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define PREFIX "Echo: "
#define PREFIX_LENGTH (sizeof PREFIX - 1)

int main(int argc, char **argv) {
    static char buffer[PREFIX_LENGTH + 65536];
    int fd = bind_to(SOCK_DGRAM, argc > 1 ? argv[1] : "50000");

    memcpy(buffer, PREFIX, PREFIX_LENGTH);
    for (;;) {
        struct sockaddr_in client;
        socklen_t length = sizeof client;
        /* An empty datagram is a datagram too: 0 is no end here. */
        ssize_t n = recvfrom(fd, buffer + PREFIX_LENGTH, sizeof buffer - PREFIX_LENGTH, 0,
                             (struct sockaddr *)&client, &length);
        if (n < 0) {
            perror("recvfrom");
            continue;
        }
        if (sendto(fd, buffer, PREFIX_LENGTH + (size_t)n, 0, (struct sockaddr *)&client, length) < 0)
            perror("sendto");
    }
}
