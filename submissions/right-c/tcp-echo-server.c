/* TCP echo server: one client, every byte goes back. */
#include "net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int listener = bind_to(SOCK_STREAM, argc > 1 ? argv[1] : "50007");
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    char buffer[4096];
    ssize_t n;

    int client = accept(listener, (struct sockaddr *)&address, &length);
    if (client < 0) {
        perror("accept");
        return 1;
    }
    printf("Connected by %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    while ((n = recv(client, buffer, sizeof buffer, 0)) > 0) {
        if (send_all(client, buffer, (size_t)n) < 0) {
            perror("send");
            break;
        }
    }
    if (n < 0)
        perror("recv");
    close(client);
    close(listener);
    return 0;
}
