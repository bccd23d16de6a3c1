/* TCP echo client: sends a text and reads until all of it is back. */
#include "net.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char text[] = "Hello, world";

int main(int argc, char **argv) {
    const char *host = argc > 1 ? argv[1] : "127.0.0.1";
    const char *port = argc > 2 ? argv[2] : "50007";
    char echo[sizeof text] = "";
    size_t wanted = strlen(text), have = 0;

    int fd = connect_to(SOCK_STREAM, host, port);
    if (fd < 0)
        return 1;
    if (send_all(fd, text, wanted) < 0) {
        perror("send");
        return 1;
    }
    while (have < wanted) {
        ssize_t n = recv(fd, echo + have, wanted - have, 0);
        if (n < 0) {
            perror("recv");
            return 1;
        }
        if (n == 0) {
            fprintf(stderr, "the server ended after %zu of %zu bytes\n", have, wanted);
            return 1;
        }
        have += (size_t)n;
    }
    close(fd);
    printf("Received: %s\n", echo);
    return 0;
}
