using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Rules;

/// <summary>MP-07: software is installed into a container that has run for a while.</summary>
internal static class PackageManagerRule
{
    private const string Id = "MP-07";

    public static ProgramFinding? Examine(ref ExecutedProgram program)
    {
        string name = program.Name.ToString();
        if (program.Is(ProgramKinds.Interpreter) && ProgramNames.ScriptName(program.Self) is { IsEmpty: false } script)
            name = script.ToString();
        PackageManagerProgram? manager = Find(name.TrimEnd("0123456789.".ToCharArray()), name, program.Policy);
        if (manager is null) return null;
        string? verb = VerbOf(program.Arguments, manager);
        if (!program.Weigh(Id, "changes what is installed", program.CommandLine, verb is not null)) return null;
        long age = program.Observation.Time.BootNs - program.Start.Last.BootNs;
        bool late = age >= program.Policy.PackageManagerGraceSeconds * EventTime.NanosecondsPerSecond;
        if (!program.Weigh(Id, "the container has run for a while", "", late)) return null;
        if (!program.Weigh(Id, "not an image that builds", program.Image, !program.ImageMatches(program.Policy.BuildImages))) return null;

        // "apt-get install" starts dpkg, npm starts npm: the first of them is the one that somebody ran.
        foreach (ProcessFacts ancestor in program.Process.Ancestors)
        {
            bool another = (program.Names.Of(ancestor) & ProgramKinds.PackageManager) != 0;
            if (!program.Weigh(Id, "not started by a package manager", ancestor.ExePath, !another)) return null;
        }

        return new ProgramFinding(ProgramRule.PackageManager, program.Policy.PackageManagerSeverity, program.CommandLine,
            $"{name} installs software in a running container")
        {
            Signs = [("package-manager", name), ("verb", verb!)],
            Outcome = Outcome.AbnormalBehavior,
        };
    }

    private static PackageManagerProgram? Find(string bare, string name, MaliciousProgramPolicy policy)
    {
        foreach (PackageManagerProgram manager in policy.PackageManagers)
        {
            if (manager.Name == name || manager.Name == bare) return manager;
        }

        return null;
    }

    private static string? VerbOf(string[] arguments, PackageManagerProgram manager)
    {
        if (manager.Verbs.Length == 0) return "";
        string[] verbs = manager.Verbs.Split(' ');
        return arguments.Skip(1).FirstOrDefault(a => verbs.Contains(a, StringComparer.Ordinal));
    }
}
