using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pipeline.Policies.Reading;

/// <summary>A value of the document and where it stands, both from 1.</summary>
internal abstract record YamlValue(int Line, int Column)
{
    /// <param name="Plain">Written without quotes: may be a number, a boolean or null.</param>
    public sealed record Scalar(string Text, bool Plain, int Line, int Column) : YamlValue(Line, Column);

    public sealed record Sequence(ImmutableArray<YamlValue> Items, int Line, int Column) : YamlValue(Line, Column);

    /// <param name="Entries">As written: a key may stand there twice.</param>
    public sealed record Mapping(ImmutableArray<(Scalar Key, YamlValue Value)> Entries, int Line, int Column) : YamlValue(Line, Column);

    /// <summary>What it is, for people.</summary>
    public string Kind => this switch
    {
        Scalar { Plain: true, Text: "null" or "~" or "" } => "nothing",
        Scalar scalar => $"'{Shortened(scalar.Text)}'",
        Sequence => "a list",
        _ => "a mapping",
    };

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..57] + "...";
}

/// <summary>One YAML document as a tree with places. Anchors, aliases, tags and further documents are refused: a policy needs
/// none.</summary>
/// <param name="Root">Null when the document is empty or broken.</param>
internal sealed record YamlTree(YamlValue? Root, PolicyFault? Fault)
{
    /// <summary>A policy is four deep.</summary>
    private const int MostLevels = 32;

    public static YamlTree Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (!parser.Accept<DocumentStart>(out _)) return new YamlTree(null, null);
            parser.Consume<DocumentStart>();
            YamlValue root = Value(parser, 0);
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out DocumentStart? second)) throw At(second, "a policy is one document; here begins a second");
            return root is YamlValue.Scalar { Plain: true, Text: "" } ? new YamlTree(null, null) : new YamlTree(root, null);
        }
        catch (YamlException e)
        {
            // The parser knows no other way to say that the text is not YAML.
            return new YamlTree(null, new PolicyFault((int)e.Start.Line, (int)e.Start.Column, "", Reason(e)));
        }
    }

    private static YamlValue Value(Parser parser, int level)
    {
        ParsingEvent start = parser.Consume<ParsingEvent>();
        if (level > MostLevels) throw At(start, "nested too deeply");
        if (start is AnchorAlias) throw At(start, "aliases are not supported");
        if (start is NodeEvent { Anchor.IsEmpty: false }) throw At(start, "anchors are not supported");
        if (start is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } }) throw At(start, "tags are not supported");
        int line = (int)start.Start.Line, column = (int)start.Start.Column;
        switch (start)
        {
            case Scalar scalar:
                return Of(scalar);
            case SequenceStart:
                var items = ImmutableArray.CreateBuilder<YamlValue>();
                while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Value(parser, level + 1));
                return new YamlValue.Sequence(items.ToImmutable(), line, column);
            case MappingStart:
                var entries = ImmutableArray.CreateBuilder<(YamlValue.Scalar, YamlValue)>();
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    if (!parser.TryConsume<Scalar>(out Scalar? key)) throw At(parser.Current!, "a key must be a plain word");
                    entries.Add((Of(key), Value(parser, level + 1)));
                }

                return new YamlValue.Mapping(entries.ToImmutable(), line, column);
            default:
                throw At(start, "a value is missing");
        }
    }

    private static YamlValue.Scalar Of(Scalar scalar) =>
        new(scalar.Value, scalar.Style == ScalarStyle.Plain, (int)scalar.Start.Line, (int)scalar.Start.Column);

    private static YamlException At(ParsingEvent e, string reason) => new(e.Start, e.End, reason);

    private static string Reason(YamlException e) => e.GetType() == typeof(YamlException) ? e.Message : "not valid YAML: " + e.Message;
}
