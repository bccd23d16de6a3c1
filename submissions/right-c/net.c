#include "net.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int bind_to(int type, const char *port) {
    struct sockaddr_in address;
    int yes = 1;
    int fd = socket(AF_INET, type, 0);

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    if (fd < 0) {
        perror("socket");
        exit(1);
    }
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("bind");
        exit(1);
    }
    if (type == SOCK_STREAM && listen(fd, 16) < 0) {
        perror("listen");
        exit(1);
    }
    return fd;
}

int connect_to(int type, const char *host, const char *port) {
    struct addrinfo hints, *list, *a;
    int fd = -1, error;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_INET;
    hints.ai_socktype = type;
    error = getaddrinfo(host, port, &hints, &list);
    if (error != 0) {
        fprintf(stderr, "%s: %s\n", host, gai_strerror(error));
        return -1;
    }
    for (a = list; a != NULL; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        perror("connect");
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    return fd;
}

int send_all(int fd, const char *data, size_t length) {
    while (length > 0) {
        /* MSG_NOSIGNAL: a client that is gone must not kill us. */
        ssize_t n = send(fd, data, length, MSG_NOSIGNAL);
        if (n < 0)
            return -1;
        data += n;
        length -= (size_t)n;
    }
    return 0;
}
