/* Makes 32-bit calls in a 64-bit program. */
int main(void)
{
	static const char path[] = "/tmp/old";
	long result;
	/* open(path, O_WRONLY | O_CREAT, 0600) */
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(5), "b"(path), "c"(0101), "d"(0600) : "memory", "r8", "r9", "r10", "r11");
	/* reboot(0, 0, 0) */
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(88), "b"(0), "c"(0), "d"(0) : "memory", "r8", "r9", "r10", "r11");
	return 0;
}
