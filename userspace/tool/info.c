// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * sfreg info: what the module is and allows.
 */
#include <stdio.h>

#include <sfreg.h>

#include "tool.h"

static const struct {
	__u64 bit;
	const char *text;
} features[] = {
	{ SFREG_FEAT_PRCTL, "registration by prctl(2)" },
	{ SFREG_FEAT_PERF, "user stacks of perf and BPF" },
	{ SFREG_FEAT_FORK, "fork inherits" },
	{ SFREG_FEAT_UNMAP, "unmapping text unregisters it" },
};

static void print_limit(const char *name, unsigned long long value)
{
	printf("%-30s %llu\n", name, value);
}

int cmd_info(int argc, char **argv)
{
	struct sfreg_info info = { .size = sizeof(info) };
	int error;

	parse_nothing(argc, argv, "Prints the module's ABI version, features and limits.");
	error = sfreg_info(&info);
	if (error)
		return complain("%s", explain(error));

	printf("%-30s %u\n", "abi_version", info.abi_version);
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		printf("%-30s %s\n", features[i].text,
		       info.features & features[i].bit ? "yes" : "no");
	print_limit("limit_windows", info.limit_windows);
	print_limit("limit_section_bytes", info.limit_section_bytes);
	print_limit("limit_section_rows", info.limit_section_rows);
	print_limit("limit_process_bytes", info.limit_process_bytes);
	print_limit("limit_user_bytes", info.limit_user_bytes);
	print_limit("limit_stack_switches", info.limit_stack_switches);
	print_limit("max_frames", info.max_frames);
	return EXIT_OK;
}
