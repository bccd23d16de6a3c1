#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main()
{
    struct sockaddr_in addr;
    char buf[100];
    int s = socket(AF_INET, SOCK_STREAM, 0);

    addr.sin_family = AF_INET;
    addr.sin_port = htons(1234);
    addr.sin_addr.s_addr = inet_addr("192.168.1.1");
    connect(s, (struct sockaddr *)&addr, sizeof(addr));

    int n = recv(s, buf, 99, 0);
    buf[n] = 0;
    printf("%s\n", buf);
    close(s);
    return 0;
}
