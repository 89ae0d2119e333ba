#pragma once
#include <optional>
#include <string>
#include <vector>

#include "axis.h"
#include "color_scale.h"
#include "gnuplot.h"
#include "script.h"

namespace plots {

/// Where the area between a figure's axes lies, in px of the drawing from the upper left.
struct Area {
  double left, top, width, height;
};

/// The axes of a figure and the texts around them.
struct Frame {
  Frame(const FigureParams& figure, std::string x_label, std::string y_label)
      : width(double(figure.width)),
        height(double(figure.height)),
        title(figure.title),
        x_label(std::move(x_label)),
        y_label(std::move(y_label)) {}

  double width, height;  ///< px of the drawing
  std::string title, x_label, y_label;
  Axis x{0, 1}, y{0, 1};
  std::optional<Axis> second;  ///< an axis on the right
  std::string second_label;
  /// Of the axes' texts; black without one.
  std::optional<Rgb> y_color, second_color;
  /// In place of the axes' own tics, where there are.
  std::optional<std::vector<Tic>> x_tics, y_tics;
  bool grid = false;

  /// Tics on the horizontal axis of texts at 0, 1, …, beside a colour bar of `right` px. All are
  /// there to be read: slanted or upright where they have no room side by side, and every second,
  /// third, … only where not even that is enough.
  void name_x(const std::vector<std::string>& texts, double right = 0);

  /// The area, where `right` px are kept free for a colour bar.
  Area area(double right = 0) const;
  /// The commands for all of it.
  std::string commands(double right = 0) const;

 private:
  std::vector<Tic> shown_x_tics(double width) const;
  std::vector<Tic> shown_y_tics() const;
  std::vector<Tic> second_tics() const;
  double top() const;
  double bottom() const;
  int x_angle_ = 0;  ///< degrees by which the tics' texts are turned
};

/// Tics of the texts at 0, 1, … side by side on `width` px: all, or every second, third, … where
/// they would not fit.
std::vector<Tic> fitting_tics(const std::vector<std::string>& texts, double width);
/// The same from above downwards on `height` px, the first text at the highest place.
std::vector<Tic> fitting_rows(const std::vector<std::string>& texts, double height);

/// px that a colour bar takes beside the axes, its texts and label counted.
double bar_room(const ColorScale& scale, const std::string& label, double width);

/// The commands for a colour bar at the right of an area in a figure of a width in px.
std::string color_bar(const ColorScale& scale, const std::string& label, const Area& area,
                      double width);

}  // namespace plots
