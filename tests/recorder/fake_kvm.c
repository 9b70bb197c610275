/* A library that stands for /dev/kvm where there is none: preloaded behind the recorder, it answers the ioctls. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static uint64_t tsc[2] = { 5000000000u, 5000000123u };

static int answer(uint32_t request, void *argument)
{
	struct kvm_msrs *msrs = argument;
	struct kvm_clock_data *clock = argument;
	static int reads;

	switch (request) {
	case KVM_CREATE_VM:
	case KVM_CREATE_VCPU:
		return open("/dev/null", O_RDWR);
	case KVM_GET_MSRS:
		for (uint32_t i = 0; i < msrs->nmsrs; i++)
			msrs->entries[i].data = msrs->entries[i].index == 0x10 ? tsc[reads++ % 2] : 0;
		return msrs->nmsrs;
	case KVM_SET_MSRS:
		return msrs->nmsrs;
	case KVM_GET_CLOCK:
		memset(clock, 0, sizeof(*clock));
		clock->clock = 4999000000u;
		clock->flags = 14;
		return 0;
	case KVM_GET_TSC_KHZ:
		return 2000000;
	case KVM_KVMCLOCK_CTRL:
		errno = EINVAL;
		return -1;
	default:
		return 0;
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	(void)fd;
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return answer((uint32_t)request, argument);
}
