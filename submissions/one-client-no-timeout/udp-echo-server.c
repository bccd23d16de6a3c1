#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main()
{
    struct sockaddr_in addr, client;
    socklen_t len = sizeof(client);
    char buf[1024], answer[1100];
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    addr.sin_family = AF_INET;
    addr.sin_port = htons(50000);
    addr.sin_addr.s_addr = inet_addr("127.0.0.1");
    bind(s, (struct sockaddr *)&addr, sizeof(addr));

    while (1) {
        int n = recvfrom(s, buf, sizeof(buf) - 1, 0, (struct sockaddr *)&client, &len);
        buf[n] = 0;
        sprintf(answer, "Echo: %s", buf);
        sendto(s, answer, strlen(answer), 0, (struct sockaddr *)&client, len);
    }
}
