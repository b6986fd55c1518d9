using System.Diagnostics;
using System.Text;

namespace TestServers.Tests.Unit.Storage;

public sealed class LineFileTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(30L << 20, false)]
    [InlineData(1L << 30, true)]
    public void Any_number_of_NULs_at_the_end_is_cut_off_in_no_time_to_speak_of(long nuls, bool sparse)
    {
        var path = _folder["audit.log"];
        File.WriteAllText(path, "one\ntwo\n");
        using (var file = File.OpenWrite(path))
        {
            if (sparse)
                file.SetLength(8 + nuls);
            file.Position = 8;
            if (!sparse)
                file.Write(new byte[nuls]);
        }
        var watch = Stopwatch.StartNew();
        var lines = new LineFile(path);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal(nuls, lines.CutOff);
        lines.Add("three");
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(path));
    }

    [Fact]
    public void It_is_read_from_its_end_and_from_each_line_on_without_loss()
    {
        var random = new Random(5);
        var lines = Enumerable
            .Range(0, 300)
            .Select(i => $"{i}{new string('ä', random.Next(50) == 0 ? random.Next(200_000) : random.Next(300))}")
            .ToList();
        lines[7] = "";
        var file = new LineFile(_folder["lines"]);
        Assert.Empty(file.Back());
        file.Add(lines);
        var back = file.Back().ToList();
        Assert.Equal(lines.AsEnumerable().Reverse(), back.Select(l => l.Line));
        foreach (var at in new[] { 0, 1, 8, 150, 299 })
            Assert.Equal(lines.Take(at).Reverse(), file.Back(back[299 - at].Start).Select(l => l.Line));
        // What is being written, and a place within a line.
        File.AppendAllText(_folder["lines"], "not yet");
        Assert.Equal(lines[^1], file.Back().First().Line);
        Assert.Equal(lines[^2], file.Back(back[0].Start + 1).First().Line);
        Assert.Equal(lines[^1], file.Back(long.MaxValue).First().Line);
    }

    [Fact]
    public void Wherever_a_file_of_lines_is_cut_every_line_before_is_kept()
    {
        var path = _folder["audit.log"];
        var random = new Random(4);
        var text = new StringBuilder();
        // Longer than several blocks, with lines longer than one.
        for (var i = 0; text.Length < 5_000_000; i++)
            text.Append(i)
                .Append(new string('ä', random.Next(100) == 0 ? random.Next(1_200_000) : random.Next(200)))
                .Append('\n');
        var all = Encoding.UTF8.GetBytes(text.ToString());
        File.WriteAllBytes(path, all);
        // Ever shorter, so that only what was cut off has to be written again.
        foreach (var cut in Enumerable.Range(0, 1000).Select(_ => random.Next(all.Length + 1)).OrderDescending())
        {
            var kept = all.AsSpan(0, cut).LastIndexOf((byte)'\n') + 1;
            using (var file = File.OpenWrite(path))
            {
                var there = (int)Math.Min(file.Length, cut);
                file.SetLength(there);
                file.Position = there;
                file.Write(all.AsSpan(there, cut - there));
            }
            Assert.Equal(cut - kept, new LineFile(path).CutOff);
            Assert.Equal(kept, new FileInfo(path).Length);
        }
        Assert.True(all.AsSpan().StartsWith(File.ReadAllBytes(path)));
    }

    [Fact]
    public void Holes_between_lines_hide_none()
    {
        var path = _folder["audit.log"];
        Shell.Run(
            "echo one > audit.log; truncate -s 100M audit.log; echo two >> audit.log; truncate -s 300M "
                + "audit.log; printf thr >> audit.log",
            _folder.Path
        );
        Assert.Equal(300L << 20, new LineFile(path).CutOff + (100L << 20) + 4 - 3);
        Assert.Equal((100L << 20) + 4, new FileInfo(path).Length);
        Shell.Run("truncate -s 0 audit.log; truncate -s 1G audit.log", _folder.Path);
        Assert.Equal(1L << 30, new LineFile(path).CutOff);
    }

    [Fact]
    public void A_place_that_is_no_file_is_named_and_not_waited_for()
    {
        Directory.CreateDirectory(_folder["audit.log"]);
        Assert.Contains(
            $"{_folder["audit.log"]}: it is a folder",
            Assert.Throws<UnreadableFile>(() => new LineFile(_folder["audit.log"])).Message,
            StringComparison.Ordinal
        );
        Process.Start("mkfifo", _folder["pipe"]).WaitForExit();
        Assert.Contains(
            "a pipe",
            Assert.Throws<UnreadableFile>(() => new LineFile(_folder["pipe"])).Message,
            StringComparison.Ordinal
        );
    }
}
