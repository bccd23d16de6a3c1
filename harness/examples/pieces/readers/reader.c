#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAUSE = 0 };

int main(void) {
    static char buffer[65536];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(7777)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || listen(listener, 1) < 0)
        return 1;
    int connection = accept(listener, 0, 0);
    long reads = 0;
    while (recv(connection, buffer, sizeof buffer, 0) > 0) {
        reads++;
        if (PAUSE)
            usleep(PAUSE);
    }
    close(connection);
    printf("%ld\n", reads);
    return 0;
}
