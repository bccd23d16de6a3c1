#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main()
{
    struct sockaddr_in addr, client;
    socklen_t len = sizeof(client);
    int s = socket(AF_INET, SOCK_STREAM, 0);

    addr.sin_family = AF_INET;
    addr.sin_port = htons(1234);
    addr.sin_addr.s_addr = INADDR_ANY;
    bind(s, (struct sockaddr *)&addr, sizeof(addr));
    listen(s, 5);

    int c = accept(s, (struct sockaddr *)&client, &len);
    printf("Incoming connection from %s:%d\n", inet_ntoa(client.sin_addr), ntohs(client.sin_port));
    send(c, "Hello!", strlen("Hello!"), 0);
    close(c);
    close(s);
    return 0;
}
