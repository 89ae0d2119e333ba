#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/artifact.h"
#include "pipeline/declaration.h"
#include "pipeline/stage.h"

namespace plots {

/// What every figure lets the user choose.
struct FigureParams {
  FigureParams(std::int64_t width, std::int64_t height) : width(width), height(height) {}
  std::int64_t width, height;  ///< px of the drawing; a PNG has `scale` times as many
  double scale = 2;
  std::vector<std::string> formats = {"png", "svg"};
  std::string title;

  /// Declares gnuplot, scale, format and title; width and height, whose meaning differs, are the
  /// stage's.
  void declare(pipeline::Declaration& d);
  /// Error for a figure of this size or the one given (px), which could not be drawn.
  void preflight() const { preflight(double(width), double(height)); }
  void preflight(double width, double height) const;
};

/// A drawing in gnuplot's language, for any terminal.
struct Drawing {
  std::string script;  ///< without terminal and output; lengths in px of the drawing
  std::string data;    ///< binary, which the script reads as kDataFile
  double width, height;
};

/// The name, in gnuplot's quotes, under which a script finds Drawing::data.
extern const std::string kDataFile;

/// One file of a drawing, as draw() does it.
std::string draw_format(const Drawing& drawing, const std::string& format,
                        const FigureParams& params, const pipeline::Context& context);

/// Draws with gnuplot, one file a format. Equal drawings give equal bytes under one version of
/// gnuplot and of the fonts. Error if gnuplot is not installed, says that something is wrong, or
/// takes longer than two minutes. Stops gnuplot and throws Cancelled where the run is being
/// stopped.
std::map<std::string, std::string> draw(const Drawing& drawing, const FigureParams& params,
                                        const pipeline::Context& context);

}  // namespace plots
