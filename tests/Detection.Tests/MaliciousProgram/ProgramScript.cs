using System.Buffers.Binary;
using System.Collections.Immutable;
using Detection.Tests.Carriers;
using Pipeline.Detection;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.MaliciousProgram;

/// <summary>What programs do in the scripts of these tests.</summary>
internal static class ProgramScript
{
    public const int Connect = 42, Accept = 43, Dup2 = 33, SendTo = 44;
    public const int Pipe = 2, Socket = 3;

    public static ImmutableArray<DetectorFactory> Detectors { get; } = Under(MaliciousProgramPolicy.Default);

    public static ImmutableArray<DetectorFactory> Under(MaliciousProgramPolicy policy, params ImmutableArray<Fingerprint> fingerprints) =>
        UnderPolicy.Alone(MaliciousProgramDetector.Description, new DetectionPolicy { MaliciousProgram = policy }, fingerprints);

    /// <summary>A container that has run for two minutes; the first process of it does what comes next.</summary>
    public static Script RunningContainer(ContainerSpec? spec = null) =>
        Script.OnNode("n1").Created("c1", spec ?? Some.PlainSpec()).Started("c1").By("c1", 10, "/usr/bin/app")
            .Execs("/usr/bin/app", "app").After(120);

    /// <summary>A child of the present process runs a program, and does what comes next.</summary>
    public static Script Runs(this Script script, int pid, string path, params string[] arguments) => script.Forks(pid)
        .Execs(path, arguments);

    public static Script Runs(this Script script, int pid, string path, string[] arguments, ProcessRecord details) =>
        script.Forks(pid).Execs(path, arguments, details);

    public static Script Connects(this Script script, int descriptor, int port = 4444, long result = 0) => script.Call(
        Connect, result, [descriptor], (batch, call) => call with { Data = batch.AddText(Address(port)) });

    public static Script Accepts(this Script script, int descriptor) => script.Call(
        Accept, descriptor, [3], (batch, call) => call with { Data = batch.AddText(Address(50_000)) });

    public static Script Copies(this Script script, int from, int to) => script.Call(Dup2, to, from, to);

    public static Script Sends(this Script script, string data) =>
        script.Call(SendTo, data.Length, [3], (batch, call) => call with { Data = batch.AddText(data) });

    public static Script Hashed(this Script script, FileReference file, Sha256Digest digest) => script.File(batch => new FileRecord
    {
        Operation = FileOperation.Hashed,
        File = file,
        Sha256 = batch.AddText(Convert.FromHexString(digest.ToString())),
    });

    /// <summary>A file of the writable layer, changed at half past ten: after the containers of these tests began.</summary>
    public static FileReference Dropped(ulong inode = 77) => new()
    {
        Device = 55,
        Inode = inode,
        Layer = FileLayer.Upper,
        Mode = 0x81ed,
        Size = 4096,
        ChangeTimeNs = new DateTimeOffset(2026, 3, 1, 10, 30, 0, TimeSpan.Zero).ToUnixTimeSeconds() * 1_000_000_000,
    };

    public static FileReference InImage(ulong inode = 33) => new()
    {
        Device = 55,
        Inode = inode,
        Layer = FileLayer.Image,
        Mode = 0x81ed,
        Size = 1024,
        ChangeTimeNs = 1,
    };

    public static ProcessRecord File(FileReference file) => new() { Executable = file };

    public static ProcessRecord Streams(int input, int output) => new() { StandardStreams = input | (output << 4) };

    public static Sha256Digest Digest(byte fill)
    {
        Sha256Digest.TryFrom(Enumerable.Repeat(fill, Sha256Digest.Bytes).ToArray(), out Sha256Digest digest).ShouldBeTrue();
        return digest;
    }

    public static Fingerprint Malware(byte fill, long expires = 0) => new(Digest(fill), "kinsing", Severity.Critical, "feed", expires);

    private static byte[] Address(int port)
    {
        byte[] address = [2, 0, 0, 0, 203, 0, 113, 9, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), (ushort)port);
        return address;
    }
}
