#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *host = argc > 1 ? argv[1] : "127.0.0.1";
    const char *port = argc > 2 ? argv[2] : "50007";
    const char *text = "Hello, world";
    struct addrinfo hints = {0}, *list;
    char echo[13] = "";
    size_t have = 0, sent = 0;

    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &list) != 0) {
        fprintf(stderr, "unknown host %s\n", host);
        return 1;
    }
    int s = socket(list->ai_family, list->ai_socktype, list->ai_protocol);
    if (s < 0 || connect(s, list->ai_addr, list->ai_addrlen) < 0) {
        perror("connect");
        return 1;
    }
    while (sent < strlen(text)) {
        ssize_t n = send(s, text + sent, strlen(text) - sent, MSG_NOSIGNAL);
        if (n < 0) {
            perror("send");
            return 1;
        }
        sent += n;
    }
    while (have < strlen(text)) {
        ssize_t n = recv(s, echo + have, strlen(text) - have, 0);
        if (n <= 0) {
            fprintf(stderr, "the server broke off after %zu bytes\n", have);
            return 1;
        }
        have += n;
    }
    printf("Received: %s\n", echo);
    close(s);
    freeaddrinfo(list);
    return 0;
}
