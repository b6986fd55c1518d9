using System.Text;

namespace TestServers.Tests.Unit.Storage;

/// <summary>Lines in parts: each keeps its place, whatever is ended, removed and opened again.</summary>
public sealed class LinePartsTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Path => _folder["audit.log"];

    [Fact]
    public void A_place_is_the_same_line_in_whatever_part_it_stands_and_what_is_removed_is_the_oldest()
    {
        var random = new Random(7);
        var (parts, all) = (new LineParts(Path), new List<(long Place, string Line)>());
        for (var step = 0; step < 600; step++)
        {
            switch (random.Next(12))
            {
                case 0:
                    parts.EndPart();
                    break;
                case 1 when random.Next(3) == 0:
                    parts.RemoveOldest();
                    break;
                case 2:
                    parts = new(Path);
                    break;
                default:
                    var line = $"{step}{new string('ä', random.Next(40))}";
                    all.Add((parts.End, line));
                    parts.Add(line);
                    break;
            }
            var kept = all.Where(l => l.Place >= parts.Kept).Reverse().ToList();
            if (random.Next(10) == 0)
                Assert.Equal(kept, parts.Back());
            if (kept.Count > 0)
            {
                var at = random.Next(kept.Count);
                Assert.Equal(kept.Skip(at + 1).Take(9), parts.Back(kept[at].Place).Take(9));
            }
            Assert.True(parts.EndsWith(kept.Count > 0 ? [kept[0].Line] : []));
            Assert.False(parts.EndsWith(["another"]));
        }
        while (parts.Ended.Any(p => p.Length > 0))
            parts.RemoveOldest();
        parts.EndPart();
        parts.RemoveOldest();
        parts.RemoveOldest();
        Assert.Equal(["000"], Directory.GetFiles(_folder["audit"]).Select(f => System.IO.Path.GetFileName(f)[..3]));
        parts = new(Path);
        Assert.Equal(all[^1].Place + Encoding.UTF8.GetByteCount(all[^1].Line) + 1, parts.End);
        Assert.Equal(parts.End, parts.Kept);
        parts.Add("next");
        Assert.Equal("next", Assert.Single(parts.Back()).Line);
    }

    [Fact]
    public void Who_reads_while_a_part_is_ended_or_removed_misses_no_line_that_is_kept()
    {
        var parts = new LineParts(Path);
        parts.Add("one", "two");
        parts.EndPart();
        parts.Add("three", "four");
        using var reader = parts.Back().GetEnumerator();
        Assert.True(reader.MoveNext());
        parts.EndPart();
        parts.Add("five");
        var read = new List<string> { reader.Current.Line };
        while (reader.MoveNext())
            read.Add(reader.Current.Line);
        Assert.Equal(["four", "three", "two", "one"], read);
        using var late = parts.Back(parts.End).GetEnumerator();
        late.MoveNext();
        parts.RemoveOldest();
        parts.RemoveOldest();
        Assert.False(late.MoveNext());
    }

    [Fact]
    public void What_is_no_part_is_left_alone()
    {
        var parts = new LineParts(Path);
        parts.Add("one");
        parts.EndPart();
        foreach (var name in new[] { "notes.log", "12.log", "000000000000009.log.gz" })
            File.WriteAllText(_folder[$"audit/{name}"], "x\n");
        Directory.CreateDirectory(_folder["audit/000000000000005.log"]);
        parts = new(Path);
        parts.Add("two");
        Assert.Equal(["two", "one"], parts.Back().Select(l => l.Line));
        Assert.Equal(8, parts.End);
    }

    [Fact]
    public void What_stands_in_an_ended_part_is_taken_back_no_more()
    {
        var parts = new LineParts(Path);
        parts.Add("one");
        var before = parts.End;
        parts.Add("two");
        parts.EndPart();
        Assert.False(parts.CutTo(before));
        before = parts.End;
        parts.Add("three");
        Assert.True(parts.CutTo(before));
        Assert.Equal(["two", "one"], parts.Back().Select(l => l.Line));
    }
}
