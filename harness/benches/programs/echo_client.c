/* Sends a line, ends its direction, and prints what comes back. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(count > 1 ? atoi(arguments[1]) : 0);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(server, (struct sockaddr *)&address, sizeof address) < 0)
        return 1;
    if (write(server, "hello\n", 6) != 6)
        return 1;
    shutdown(server, SHUT_WR);
    char buffer[4096];
    ssize_t got;
    while ((got = read(server, buffer, sizeof buffer)) > 0)
        if (write(1, buffer, got) != got)
            return 1;
    close(server);
    return 0;
}
