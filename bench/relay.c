/* The yardstick: the plainest RTP relay there can be, in C. Socket 2i passes on to whoever was heard on 2i+1 and back.
 *
 *   relay HOST PORT CALLS     opens 2 * CALLS sockets from PORT on (every second port), says "ready", relays until its
 *                             standard input ends, then prints the CPU seconds it used since the line before.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
    int fd;
    int known;
    struct sockaddr_in peer;
};

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void pass_on(struct side *from, struct side *to) {
    char packet[2048];
    for (;;) {
        socklen_t length = sizeof from->peer;
        ssize_t size = recvfrom(from->fd, packet, sizeof packet, 0, (struct sockaddr *)&from->peer, &length);
        if (size < 0) return;
        from->known = 1;
        if (to->known) sendto(to->fd, packet, (size_t)size, 0, (struct sockaddr *)&to->peer, sizeof to->peer);
    }
}

int main(int count, char **words) {
    if (count != 4) return 2;
    int sides = 2 * atoi(words[3]), epoll = epoll_create1(0);
    struct side *side = calloc((size_t)sides, sizeof *side);
    if (!side || epoll < 0) return 1;
    for (int i = 0; i < sides; i++) {
        struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(atoi(words[2]) + 2 * i))};
        inet_pton(AF_INET, words[1], &local.sin_addr);
        side[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (bind(side[i].fd, (struct sockaddr *)&local, sizeof local)) return perror("bind"), 1;
        struct epoll_event wish = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, side[i].fd, &wish);
    }
    struct epoll_event wish = {.events = EPOLLIN, .data.u32 = (uint32_t)sides}, ready[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &wish);
    printf("ready\n");
    fflush(stdout);
    double before = 0;
    for (;;) {
        int number = epoll_wait(epoll, ready, 256, -1);
        for (int i = 0; i < number; i++) {
            uint32_t place = ready[i].data.u32;
            if (place < (uint32_t)sides) {
                pass_on(&side[place], &side[place ^ 1]);
                continue;
            }
            char line[64];
            if (read(0, line, sizeof line) <= 0) return 0;
            printf("%.6f\n", cpu_seconds() - before);
            fflush(stdout);
            before = cpu_seconds();
        }
    }
}
