namespace Agents.Descriptions.Trees;

/// <summary>Why something cannot be read, and where. Line and column from 1, 0 where unknown.</summary>
internal sealed record Fault(int Line, int Column, string Path, string Reason)
{
    public Unreadable In(int document) => new(document, Line, Column, Path, Reason);
}

/// <summary>Collects what is wrong with one description while it is read; the first fault is the one that is told.</summary>
internal sealed class Faults
{
    public Fault? First { get; private set; }

    public void Report(Node? at, string path, string reason) => First ??= new Fault(at?.Line ?? 0, at?.Column ?? 0, path, reason);
}

/// <summary>One document of a file: its tree, or why there is none.</summary>
internal sealed record ParsedDocument(Node? Root, Fault? Fault);
