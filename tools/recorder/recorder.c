/*
 * Records the KVM ioctls of a virtual machine monitor that have to do with its guest's time, one JSON
 * object a line, as docs/recipes.md describes. Build it with `make recorder`, then preload it:
 *
 *     VTSC_LOG=run.jsonl LD_PRELOAD=build/recorder.so VMM ...
 *
 * It sees what a dynamically linked program asks of the C library. A VMM that is linked statically, or
 * that makes system calls itself, needs the same lines from its own code. Where VTSC_LOG is not set,
 * nothing is recorded. Lines are appended, each by one write(), so processes may share a file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FDS 8192 /* larger file descriptors are passed on and not recorded */
#define LINE 8192
#define LVTT 0x320 /* offsets in the APIC page: the timer's entry, and its initial count */
#define TMICT 0x380

enum role { UNKNOWN, VM, VCPU };

/* What a file descriptor stands for, and the run that is not written yet: runs in a row are one line. */
struct known {
	enum role role;
	int vm, vcpu;
	uint64_t runs, began, took;
	long thread;
	int result, error;
};

struct line {
	char text[LINE];
	size_t used;
};

static struct known fds[FDS];
static int vms, log_fd = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int (*next_ioctl)(int, unsigned long, ...);

#define NAMED(name) { name, #name }
static const struct {
	uint32_t request;
	const char *name;
} calls[] = {
	NAMED(KVM_CREATE_VM), NAMED(KVM_CREATE_VCPU), NAMED(KVM_RUN),
	NAMED(KVM_GET_MSRS), NAMED(KVM_SET_MSRS), NAMED(KVM_GET_LAPIC), NAMED(KVM_SET_LAPIC),
	NAMED(KVM_GET_CLOCK), NAMED(KVM_SET_CLOCK), NAMED(KVM_KVMCLOCK_CTRL),
	NAMED(KVM_GET_TSC_KHZ), NAMED(KVM_SET_TSC_KHZ),
	NAMED(KVM_GET_DEVICE_ATTR), NAMED(KVM_SET_DEVICE_ATTR),
	NAMED(KVM_GET_VCPU_EVENTS), NAMED(KVM_SET_VCPU_EVENTS),
	NAMED(KVM_GET_MP_STATE), NAMED(KVM_SET_MP_STATE), NAMED(KVM_SET_CPUID2),
};

static const char *name_of(uint32_t request)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].request == request)
			return calls[i].name;
	return NULL;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static void put(struct line *line, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line->text + line->used, LINE - line->used, format, arguments);
	va_end(arguments);
	if (n > 0)
		line->used += n;
	if (line->used >= LINE)
		line->used = LINE - 1;
}

/* MSRs of the TSC, of kvmclock, and of Hyper-V's reference time and its timers. */
static int is_of_time(uint32_t index)
{
	return index == 0x10 || index == 0x3b || index == 0x6e0 || index == 0x12 ||
	       index == 0x4b564d01 || index == 0x40000020 || index == 0x40000021 ||
	       (index >= 0x400000b0 && index <= 0x400000b7);
}

static void put_msrs(struct line *line, const struct kvm_msrs *msrs, uint32_t number)
{
	const char *comma = "";

	put(line, "{\"msrs\": [");
	for (uint32_t i = 0; i < number && i < msrs->nmsrs; i++) {
		if (!is_of_time(msrs->entries[i].index))
			continue;
		put(line, "%s[\"0x%x\", \"0x%" PRIx64 "\"]", comma, msrs->entries[i].index,
		    (uint64_t)msrs->entries[i].data);
		comma = ", ";
	}
	put(line, "]}");
}

static void put_clock(struct line *line, const struct kvm_clock_data *clock)
{
	uint64_t realtime = 0, host_tsc = 0;

#ifdef KVM_CLOCK_REALTIME
	realtime = clock->realtime;
	host_tsc = clock->host_tsc;
#endif
	put(line, "{\"clock\": \"0x%" PRIx64 "\", \"flags\": %u, \"realtime\": \"0x%" PRIx64
	    "\", \"host_tsc\": \"0x%" PRIx64 "\"}", (uint64_t)clock->clock, clock->flags, realtime, host_tsc);
}

static uint32_t apic(const struct kvm_lapic_state *state, int offset)
{
	uint32_t value;

	memcpy(&value, state->regs + offset, sizeof(value));
	return value;
}

/* What a call passes or returns; after the call, so that both are there. `argument` is the third one. */
static void put_payload(struct line *line, uint32_t request, void *argument, int result)
{
	const struct kvm_device_attr *attr = argument;
	const struct kvm_msrs *msrs = argument;

	if (request == KVM_GET_MSRS && result > 0)
		put_msrs(line, msrs, result);
	else if (request == KVM_SET_MSRS && argument)
		put_msrs(line, msrs, msrs->nmsrs);
	else if ((request == KVM_GET_CLOCK && result >= 0) || (request == KVM_SET_CLOCK && argument))
		put_clock(line, argument);
	else if ((request == KVM_GET_LAPIC && result >= 0) || (request == KVM_SET_LAPIC && argument))
		put(line, "{\"lvtt\": %u, \"tmict\": %u}", apic(argument, LVTT), apic(argument, TMICT));
	else if (request == KVM_SET_TSC_KHZ)
		put(line, "{\"khz\": %lu}", (unsigned long)argument);
	else if (request == KVM_GET_TSC_KHZ && result >= 0)
		put(line, "{\"khz\": %d}", result);
	else if (request == KVM_CREATE_VCPU)
		put(line, "{\"id\": %lu}", (unsigned long)argument);
	else if ((request == KVM_GET_DEVICE_ATTR || request == KVM_SET_DEVICE_ATTR) && result >= 0)
		put(line, "{\"group\": %u, \"attr\": %" PRIu64 ", \"value\": \"0x%" PRIx64 "\"}", attr->group,
		    (uint64_t)attr->attr, attr->addr ? *(uint64_t *)(uintptr_t)attr->addr : 0);
	else
		put(line, "{}");
}

static void open_line(struct line *line, uint64_t began, uint64_t took, long thread,
		      const struct known *on, const char *name)
{
	static const char *roles[] = { "system", "vm", "vcpu" };

	line->used = 0;
	put(line, "{\"time\": %" PRIu64 ", \"took\": %" PRIu64 ", \"thread\": %ld, \"on\": \"%s\"", began, took,
	    thread, roles[on->role]);
	put(line, on->role == UNKNOWN ? ", \"vm\": null" : ", \"vm\": %d", on->vm);
	put(line, on->role == VCPU ? ", \"vcpu\": %d" : ", \"vcpu\": null", on->vcpu);
	put(line, ", \"call\": \"%s\", \"payload\": ", name);
}

static void close_line(struct line *line, int result, int error)
{
	ssize_t ignored;

	put(line, ", \"result\": %d, \"errno\": ", result);
	if (result < 0)
		put(line, "\"%s\"}\n", strerrorname_np(error) ? strerrorname_np(error) : "?");
	else
		put(line, "null}\n");
	ignored = write(log_fd, line->text, line->used);
	(void)ignored;
}

static void flush_runs(struct known *of)
{
	struct line line;

	if (!of->runs)
		return;
	open_line(&line, of->began, of->took, of->thread, of, "KVM_RUN");
	put(&line, "{\"repeated\": %" PRIu64 "}", of->runs);
	close_line(&line, of->result, of->error);
	of->runs = 0;
}

/* The runs in a row of a vCPU: from the first call to the last return. */
static void note_run(struct known *of, uint64_t began, int result, int error)
{
	if (!of->runs++) {
		of->began = began;
		of->thread = syscall(SYS_gettid);
	}
	of->took = now() - of->began;
	of->result = result;
	of->error = error;
}

static void note_new(uint32_t request, int fd, int result, void *argument)
{
	struct known made = { .role = VM };

	if (result < 0 || result >= FDS)
		return;
	if (request == KVM_CREATE_VM || request == KVM_CREATE_VCPU)
		flush_runs(&fds[result]); /* of a file that was closed */
	if (request == KVM_CREATE_VM) {
		made.vm = vms++;
		fds[result] = made;
	} else if (request == KVM_CREATE_VCPU) {
		made.role = VCPU;
		made.vm = fds[fd].vm;
		made.vcpu = (int)(uintptr_t)argument;
		fds[result] = made;
	}
}

static void record(int fd, uint32_t request, void *argument, uint64_t began, int result, int error)
{
	const char *name = name_of(request);
	struct known *on = &fds[fd];
	struct line line;

	if (!name || (on->role == UNKNOWN && request != KVM_CREATE_VM))
		return;
	pthread_mutex_lock(&lock);
	note_new(request, fd, result, argument);
	if (request == KVM_RUN) {
		note_run(on, began, result, error);
	} else {
		for (int i = 0; i < FDS; i++)
			if (fds[i].runs && fds[i].vm == on->vm)
				flush_runs(&fds[i]);
		open_line(&line, began, now() - began, syscall(SYS_gettid), on, name);
		put_payload(&line, request, argument, result);
		close_line(&line, result, error);
	}
	pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void start(void)
{
	const char *path = getenv("VTSC_LOG");

	next_ioctl = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	if (!path)
		return;
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (log_fd < 0)
		fprintf(stderr, "recorder: cannot write %s: %s\n", path, strerror(errno));
}

__attribute__((destructor)) static void finish(void)
{
	for (int i = 0; i < FDS && log_fd >= 0; i++)
		flush_runs(&fds[i]);
}

int ioctl(int fd, unsigned long request, ...)
{
	uint64_t began = now();
	va_list arguments;
	void *argument;
	int result, error;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	result = next_ioctl(fd, request, argument);
	error = errno;
	/* Some callers pass the request as a signed int, whose upper half is then all ones. */
	if (log_fd >= 0 && fd >= 0 && fd < FDS)
		record(fd, (uint32_t)request, argument, began, result, error);
	errno = error;
	return result;
}
