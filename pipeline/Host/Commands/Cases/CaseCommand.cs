using System.CommandLine;
using Pipeline.Api.Ports;
using Pipeline.Archive;
using Pipeline.Host.Commands.Archiving;
using Pipeline.Host.Commands.Replaying;
using Pipeline.Ingest.Reading;
using Pipeline.Replay;
using Pipeline.Replay.Cases;

namespace Pipeline.Host.Commands.Cases;

/// <summary>Gives an alarm away with everything that it rests on, and checks what was given.</summary>
internal static class CaseCommand
{
    private const int Broken = 1;

    public static Command Create() =>
        new("case", "An alarm with its evidence in one file that can be checked offline.") { Export(), Verify() };

    private static Command Export()
    {
        var alarm = new Argument<Guid>("alarm") { Description = "The alarm's id. Needs PIPELINE_POSTGRES." };
        var file = new Option<string>("--output", "-o") { Description = "The ZIP file to write.", Required = true };
        Option<string?> policy = PolicyFile.Option();
        var place = new ArchivePlace();
        var log = new LogOptions();
        var offline = new Option<bool>("--archive-only") { Description = "Do not look into the log behind the archive." };
        var command = new Command("export",
            "Write an alarm's history, its raw records, schemas, manifests and policy into one ZIP file.") { alarm };
        foreach (Option option in (Option[])[file, policy, offline, .. place.Options, .. log.Options]) command.Add(option);
        command.SetAction((parsed, cancellation) => GuardedAsync(parsed, async () =>
        {
            StoredAlarm stored = await StoredAlarmOf.FindAsync(parsed.GetValue(alarm), cancellation);
            string topic = place.Topic(parsed);
            KafkaReplayLog? live = parsed.GetValue(offline) ? null : new KafkaReplayLog(log.Address(parsed, topic));
            string? path = parsed.GetValue(policy) ?? Environment.GetEnvironmentVariable("PIPELINE_POLICY");
            string document = string.IsNullOrEmpty(path) ? "" : await File.ReadAllTextAsync(path, cancellation);
            var export = new CaseExport(new CaseRecordReader(place.Store(parsed), live));
            await using FileStream output = File.Create(parsed.GetValue(file)!);
            ExportedCase written = await export.WriteAsync(topic, stored, document, output, cancellation);
            string reasons = written.Reasons.IsEmpty ? "" : ": " + Printable.Of(string.Join("; ", written.Reasons));
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{written.Records} records, {written.Manifests} manifests; {written.Completeness.ToString().ToLowerInvariant()}{reasons}\n"
                + $"digest {written.Digest}");
            return 0;
        }));
        return command;
    }

    private static Command Verify()
    {
        var file = new Argument<string>("file") { Description = "The ZIP file." };
        var command = new Command("verify", "Check a case by itself. Exit code 0: whole, 1: not, and why, 2: it is no case.") { file };
        command.SetAction((parsed, _) => GuardedAsync(parsed, async () =>
        {
            await using FileStream input = File.OpenRead(parsed.GetValue(file)!);
            VerifiedCase verified = CaseVerification.Verify(input);
            TextWriter output = parsed.InvocationConfiguration.Output;
            foreach (string fault in verified.Faults) await output.WriteLineAsync(Printable.Of(fault));
            string state = verified.Faults.IsEmpty ? "whole" : "not whole";
            await output.WriteLineAsync(
                $"{state}: {verified.Files} files, {verified.Records} records, {verified.Evidence} pieces of evidence\n"
                + $"digest {verified.Digest}");
            return verified.Faults.IsEmpty ? 0 : Broken;
        }));
        return command;
    }

    private static async Task<int> GuardedAsync(ParseResult parsed, Func<Task<int>> run)
    {
        try
        {
            return await Task.Run(run);
        }
        catch (Exception e) when (e is ReplayException or ArchiveException or NodeLogException or AlarmStoreUnavailableException
            or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"alarmctl case: {Printable.Of(e.Message)}");
            return AlarmCtl.Unusable;
        }
    }
}
