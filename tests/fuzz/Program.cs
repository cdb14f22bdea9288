using System.Globalization;
using TaserTelemetry.Fuzz;

// README.md beside this file says how it is run.
switch (args)
{
    case ["seeds", var folder]:
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Seeds.Write(folder)} seeds in {folder}"));
        return 0;
    case ["try", .. var files]:
        foreach (var file in files)
        {
            DecoderPromises.Hold(File.ReadAllBytes(file));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.Length} inputs, every promise held"));
        return 0;
    case ["keep", var folder]:
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Seeds.Keep(folder)} inputs in {Seeds.CorpusFile}"));
        return 0;
    case []:
        SharpFuzz.Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            DecoderPromises.Hold(input.GetBuffer().AsSpan(0, (int)input.Length));
        });
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: taser-fuzz [seeds FOLDER | try FILE... | keep FOLDER]; without any, afl-fuzz calls it");
        return 2;
}
