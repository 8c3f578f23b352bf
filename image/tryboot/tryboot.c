// SPDX-License-Identifier: GPL-2.0
/*
 * Passes `reboot "0 tryboot"` on to the Raspberry Pi's firmware, which then starts the slot to be tried, once.
 *
 * Raspberry Pi's own kernel does so in its driver for the firmware; Debian's has that driver without this part. The
 * firmware's answer to the tag is not waited for by anybody: if it knows no trying, the old slot starts again.
 */

#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <soc/bcm2835/raspberrypi-firmware.h>

/* Sets what the firmware shall remember until the next start; bit 0: try. */
#define SET_REBOOT_FLAGS 0x00038064
#define TRYBOOT 1

/* Where there is such a firmware, udev loads this module. */
static const struct of_device_id there[] = {
	{ .compatible = "raspberrypi,bcm2835-firmware" },
	{ }
};
MODULE_DEVICE_TABLE(of, there);

static struct rpi_firmware *firmware;

static int restarts(struct notifier_block *block, unsigned long action, void *argument)
{
	u32 flags = TRYBOOT;

	if (action == SYS_RESTART && argument && strstr(argument, " tryboot"))
		if (rpi_firmware_property(firmware, SET_REBOOT_FLAGS, &flags, sizeof(flags)))
			pr_warn("tryboot: the firmware does not know it\n");
	return NOTIFY_DONE;
}

static struct notifier_block block = { .notifier_call = restarts };

static int __init begin(void)
{
	struct device_node *node = of_find_matching_node(NULL, there);

	if (!node)
		return -ENODEV;
	firmware = rpi_firmware_get(node);
	of_node_put(node);
	if (!firmware)
		return -ENODEV;
	return register_reboot_notifier(&block);
}

static void __exit end(void)
{
	unregister_reboot_notifier(&block);
	rpi_firmware_put(firmware);
}

module_init(begin);
module_exit(end);
MODULE_DESCRIPTION("Raspberry Pi firmware: tries a slot once");
MODULE_LICENSE("GPL");
