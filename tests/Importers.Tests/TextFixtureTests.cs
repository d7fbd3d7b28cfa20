using Agents.Importers;
using Pipeline.Domain.Events;

namespace Importers.Tests;

/// <summary>Real exports of Tetragon and real audit logs, beside the repository.</summary>
public sealed class TextFixtureTests
{
    [Fact]
    public void Every_export_of_Tetragon_is_read()
    {
        foreach (string path in Files("FX08_tetragon", ".json", ".jsonl"))
        {
            RecordingReport report = Recorded.Read(RecordingFormat.Tetragon, File.ReadAllBytes(path)).Report;

            report.Complete.ShouldBeTrue(path);
            report.DamageCount.ShouldBe(0, path);
            report.Records.ShouldBeGreaterThan(0, path);
        }
    }

    [Fact]
    public void An_export_of_Tetragon_has_the_events_that_its_objects_say()
    {
        string content = File.ReadAllText(Recorded.FixturePath("FX08_tetragon/doc-events.jsonl"));
        Recorded recorded = Recorded.Fixture(RecordingFormat.Tetragon, "FX08_tetragon/doc-events.jsonl");

        recorded.Processes().Count(p => p.Record.Action == ProcessAction.Executed).ShouldBe(content.Split("{\"process_exec\":").Length - 1);
        recorded.Report.Records.ShouldBe(content.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void An_attack_recorded_by_Tetragon_shows_its_programs()
    {
        Recorded recorded = Recorded.Fixture(RecordingFormat.Tetragon, "FX08_tetragon/00_process_lifecycle/cat_process_exec.json");

        (EventBatch batch, ProcessRecord process, TaskRecord task) = recorded.Processes().ShouldHaveSingleItem();

        batch.String(process.Arguments).ShouldBe("/usr/bin/cat\0/usr/share/elasticsearch/config/elasticsearch.keystore\0");
        batch.String(task.ContainerId).ShouldBe("e6af4dff4ea3b8d50313c59fbaa442e377da35671e79f43b8dc53c5efcc9b659");
        task.CapEffective.ShouldBe(0xA80425FBUL);
    }

    [Fact]
    public void Every_record_of_the_audit_logs_is_counted_once()
    {
        foreach (string path in Files("FX06_auditd", ".log", ".yaml"))
        {
            RecordingReport report = Recorded.Read(RecordingFormat.Auditd, File.ReadAllBytes(path)).Report;
            string[] records = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.StartsWith("type=",
                StringComparison.Ordinal))];

            report.Complete.ShouldBeTrue(path);
            foreach (IGrouping<string,
                string> type in records.GroupBy(line => line["type=".Length..line.IndexOf(' ', StringComparison.Ordinal)]))
                report.Types.Single(count => count.Type == type.Key).Read.ShouldBe(type.Count(), $"{path}, {type.Key}");
        }
    }

    [Fact]
    public void An_audited_rename_has_both_paths()
    {
        Recorded recorded = Recorded.Fixture(RecordingFormat.Auditd, "FX06_auditd/ubuntu-17.04-linux-4.10.0.yaml");

        (EventBatch batch, FileRecord file, TaskRecord task) = recorded.Files().First(f => f.Record.Operation == FileOperation.Rename);

        batch.String(file.Path).ShouldBe("/etc/audit/rules.d/audit.rules");
        batch.String(file.OtherPath).ShouldBe("/etc/audit/rules.d/audit.rules~");
        (batch.String(task.Comm), task.EffectiveUid, file.File.Inode).ShouldBe(("vim", 0u, 271112UL));
    }

    private static IEnumerable<string> Files(string folder, params string[] endings) =>
        Directory.GetFiles(Recorded.FixturePath(folder), "*", SearchOption.AllDirectories)
            .Where(path => endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)));
}
