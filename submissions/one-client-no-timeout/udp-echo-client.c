#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main()
{
    struct sockaddr_in addr;
    char buf[1024];
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    addr.sin_family = AF_INET;
    addr.sin_port = htons(50000);
    addr.sin_addr.s_addr = inet_addr("127.0.0.1");
    sendto(s, "Hello, UDP World!", 17, 0, (struct sockaddr *)&addr, sizeof(addr));

    int n = recvfrom(s, buf, sizeof(buf) - 1, 0, NULL, NULL);
    buf[n] = 0;
    printf("%s\n", buf);
    return 0;
}
