namespace Testing;

/// <summary>Mounts that programs of a test left below its directory.</summary>
internal static class PrivateMounts
{
    /// <summary>Unmounts all of them, the deepest first.</summary>
    public static async Task RemoveAsync(string below)
    {
        string[] points =
        [
            .. File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.StartsWith(below + "/", StringComparison.Ordinal)),
        ];
        foreach (string point in points.OrderByDescending(point => point.Length))
        {
            await using OwnProcess umount = OwnProcess.Start("umount", "umount", ["-l", point]);
            await umount.ExitAsync();
        }
    }
}
