using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NanoConv.Cifar.Experiments;
using NanoConv.Cifar.Images;
using NanoConv.Cifar.Tests.Commands;
using NanoConv.Cifar.Tests.Data;

namespace NanoConv.Onnx.Tests;

/// <summary>The Python program of docs/onnx.md, as it stands there, against <c>predict</c>: the same bytes, the same answers.</summary>
public sealed class PythonRecipeTests : IDisposable
{
    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "models", "shapes10-default.safetensors");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [PillowFact]
    public void The_recipe_prepares_pictures_as_predict_does_and_gives_its_answers()
    {
        string[] names = [.. RecipePictures.Write(folder.Path)];
        CommandResult.Of("export", Model, "--onnx", folder["model.onnx"], "--scale-pixels").ShouldSucceed();
        File.WriteAllText(folder["recipe.py"], Recipe());
        string[] answers = Run(names);
        Answer[] predicted = Predicted(names);
        Assert.Equal(names, answers.Select(line => line.Split(' ')[0]));
        for (int i = 0; i < names.Length; i++)
        {
            string[] words = answers[i].Split(' ');
            Assert.True(predicted[i].Class == words[1], $"{names[i]}: predict says {predicted[i].Class}, the recipe {words[1]}");
            Assert.Equal(predicted[i].Probability, double.Parse(words[2], CultureInfo.InvariantCulture), 1e-4);
        }
        Assert.InRange(predicted.Select(answer => answer.Class).Distinct().Count(), 4, 10); // or there were little to compare
    }

    private static string Recipe()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "onnx.md"));
        return Assert.Single(Regex.Matches(page, "```python\n(.*?)```", RegexOptions.Singleline)).Groups[1].Value;
    }

    /// <summary>Runs the recipe, answers what it asks of ONNX Runtime and returns what it prints.</summary>
    private string[] Run(string[] pictures)
    {
        ProcessStartInfo start = new(PillowFactAttribute.Interpreter!, ["recipe.py", .. pictures])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = Path.Combine(AppContext.BaseDirectory, "python");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using OnnxSession session = new(File.ReadAllBytes(folder["model.onnx"]));
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        List<string> lines = [];
        int asked = 0;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("? metadata model.onnx", StringComparison.Ordinal))
                process.StandardInput.WriteLine(JsonSerializer.Serialize(session.Metadata.CustomMetadataMap));
            else if (line.StartsWith("? run input uint8 1 32 32 3 ", StringComparison.Ordinal))
                process.StandardInput.WriteLine(JsonSerializer.Serialize(Outputs(session, pictures[asked++], line)));
            else
                lines.Add(line);
        }
        process.WaitForExit();
        Assert.Equal("", errors.GetAwaiter().GetResult());
        Assert.Equal((0, pictures.Length), (process.ExitCode, asked));
        return [.. lines];
    }

    private float[] Outputs(OnnxSession session, string picture, string question)
    {
        byte[] pixels = Convert.FromHexString(question.Split(' ')[^1]);
        byte[] expected = ImageFile.Read(folder[picture], 32, 32).Pixels.ToArray();
        int differing = Enumerable.Range(0, expected.Length).Count(i => expected[i] != pixels[i]);
        Assert.True(differing == 0, $"{picture}: {differing} of {expected.Length} bytes are prepared otherwise than by predict");
        return session.Run(pixels, 1, 32, 32, 3).Elements;
    }

    private Answer[] Predicted(string[] names)
    {
        string[] paths = [.. names.Select(name => folder[name])];
        string[] lines = CommandResult.Of(["predict", Model, .. paths]).ShouldSucceed().Out.Split('\n');
        return [.. paths.Select(path => First(lines[Array.FindIndex(lines, line => line.TrimEnd() == path) + 1]))];
    }

    private static Answer First(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Answer(words[0], double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private sealed record Answer(string Class, double Probability);
}
