/*
 * A VMM of the tests' own: it runs two vCPUs, saves their TSCs and the clock, makes a second VM and restores
 * it. Its argument is the file to open for /dev/kvm. Like QEMU it passes requests as signed ints.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define VCPUS 2

struct msrs {
	struct kvm_msrs head;
	struct kvm_msr_entry entries[2];
};

static int make(int kvm, int vcpus[])
{
	int vm = ioctl(kvm, (int)KVM_CREATE_VM, 0);

	for (int v = 0; v < VCPUS; v++)
		vcpus[v] = ioctl(vm, (int)KVM_CREATE_VCPU, v);
	return vm;
}

int main(int argc, char **argv)
{
	struct kvm_clock_data clock, again;
	struct msrs saved[VCPUS];
	int first[VCPUS], second[VCPUS];
	int kvm = open(argc > 1 ? argv[1] : "/dev/kvm", O_RDWR);
	int vm = make(kvm, first);

	if (vm < 0)
		return 1;
	for (int n = 0; n < 3; n++)
		for (int v = 0; v < VCPUS; v++)
			ioctl(first[v], (int)KVM_RUN, 0);
	ioctl(first[0], (int)KVM_GET_TSC_KHZ, 0);
	ioctl(vm, (int)KVM_GET_CLOCK, &clock);
	for (int v = 0; v < VCPUS; v++) {
		memset(&saved[v], 0, sizeof(saved[v]));
		saved[v].head.nmsrs = 2;
		saved[v].entries[0].index = 0x10;
		saved[v].entries[1].index = 0x174; /* has nothing to do with time */
		ioctl(first[v], (int)KVM_GET_MSRS, &saved[v]);
	}
	usleep(20000);
	vm = make(kvm, second);
	for (int v = 0; v < VCPUS; v++) {
		ioctl(second[v], (int)KVM_SET_MSRS, &saved[v]);
		ioctl(second[v], (int)KVM_KVMCLOCK_CTRL, 0);
	}
	memset(&again, 0, sizeof(again));
	again.clock = clock.clock;
	ioctl(vm, (int)KVM_SET_CLOCK, &again);
	for (int v = 0; v < VCPUS; v++)
		ioctl(second[v], (int)KVM_RUN, 0);
	return 0;
}
