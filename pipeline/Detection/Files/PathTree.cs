using System.Text;
using Pipeline.Detection.Matching;

namespace Pipeline.Detection.Files;

/// <summary>
/// Many patterns (see <see cref="PathPattern"/>) as one tree of names: whether any of them covers a path costs a few comparisons, and no
/// text is made of the path. For the many paths that concern nobody. Immutable, safe from any thread.
/// </summary>
internal sealed class PathTree
{
    private readonly Node _root = new();

    public PathTree(IEnumerable<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            Node node = _root;
            foreach (string name in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries)) node = node.Below(name);
            node.IsEnd = true;
        }
    }

    /// <summary>Whether a path is what one of the patterns names, or lies below it.</summary>
    /// <param name="path">UTF-8, from the root.</param>
    public bool Covers(ReadOnlySpan<byte> path) => _root.Covers(path);

    private sealed class Node
    {
        private readonly List<(string Pattern, byte[]? Name, Node Node)> _below = [];

        /// <summary>A pattern ends here: everything below is covered.</summary>
        public bool IsEnd { get; set; }

        public Node Below(string pattern)
        {
            int known = _below.FindIndex(b => b.Pattern == pattern);
            if (known >= 0) return _below[known].Node;
            bool literal = !pattern.Contains('*', StringComparison.Ordinal);
            _below.Add((pattern, literal ? Encoding.UTF8.GetBytes(pattern) : null, new Node()));
            return _below[^1].Node;
        }

        public bool Covers(ReadOnlySpan<byte> path)
        {
            if (IsEnd) return true;
            path = path.TrimStart((byte)'/');
            if (path.IsEmpty) return false;
            int end = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> name = end < 0 ? path : path[..end];
            foreach ((string pattern, byte[]? literal, Node node) in _below)
            {
                bool matches = literal is not null ? name.SequenceEqual(literal) : Matches(name, pattern);
                if (matches && node.Covers(path[name.Length..])) return true;
            }

            return false;
        }

        private static bool Matches(ReadOnlySpan<byte> name, string pattern) =>
            pattern == "*" || Wildcard.Matches(Encoding.UTF8.GetString(name), pattern);
    }
}
