#include "frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "style.h"

namespace plots {
namespace {

constexpr double kEdge = 14, kTicGap = 14, kLine = 20;  // px
constexpr double kSlant = 0.707;                        // of 45 degrees

std::string colored(const std::optional<Rgb>& color) {
  return color ? " textcolor rgb " + quote(*color) : "";
}

}  // namespace

// However long the texts are, a third of the height is left for the axes.
double Frame::top() const { return std::min(kEdge + kLine * line_count(title), height / 3); }

double Frame::bottom() const {
  const double label = 4 + 19 * line_count(x_label);
  if (x_angle_ == 0) return std::min(kEdge + kLine + label, height / 3);
  const double turned = x_angle_ == 90 ? 1 : kSlant;
  return std::min(kEdge + turned * (widest(*x_tics) + kLine) + label, height / 2);
}

void Frame::name_x(const std::vector<std::string>& texts, double right) {
  constexpr double kGap = 6, kSlanted = 22, kUpright = 16;  // px that a text takes across
  x_angle_ = 0;
  x_tics = fitting_tics(texts, 1e9);
  const Area a = area(right);
  const double pitch = a.width / double(std::max<std::size_t>(1, texts.size()));
  const double longest = widest(*x_tics);
  if (longest + kGap <= pitch) return;
  // Of a slanted text the beginning is left of its tic.
  const bool slanted = pitch >= kSlanted && longest * kSlant <= a.left + pitch / 2;
  x_angle_ = slanted ? 45 : 90;
  const auto step = std::size_t(std::ceil((slanted ? kSlanted : kUpright) / pitch));
  std::vector<Tic> shown;
  for (std::size_t i = 0; i < x_tics->size(); i += std::max<std::size_t>(1, step))
    shown.push_back((*x_tics)[i]);
  x_tics = std::move(shown);
}

std::vector<Tic> Frame::shown_x_tics(double width) const {
  return x_tics ? *x_tics : x.tics(width, true);
}

std::vector<Tic> Frame::shown_y_tics() const {
  return y_tics ? *y_tics : y.tics(height - top() - bottom(), false);
}

std::vector<Tic> Frame::second_tics() const {
  return second->tics(height - top() - bottom(), false);
}

Area Frame::area(double right) const {
  const auto side = [](const std::vector<Tic>& tics, const std::string& label) {
    return widest(tics) + kTicGap + kLine * line_count(label);
  };
  const double left = std::min(side(shown_y_tics(), y_label) + 4, width * 0.4);
  if (second) right += side(second_tics(), second_label);
  right = std::min(std::max(right, kEdge + 4), width * 0.5);
  return {left, top(), width - left - right, height - top() - bottom()};
}

std::string Frame::commands(double right) const {
  const Area a = area(right);
  std::string commands = axes_style() + labels(title, x_label, "") +
                         fmt::format(
                             "set lmargin at screen {}\nset rmargin at screen {}\n"
                             "set tmargin at screen {}\nset bmargin at screen {}\n",
                             number(a.left / width), number((a.left + a.width) / width),
                             number(1 - a.top / height), number(1 - (a.top + a.height) / height));
  commands += x.commands("x", shown_x_tics(a.width)) + y.commands("y", shown_y_tics());
  if (x_angle_ != 0) commands += fmt::format("set xtics rotate by {} right\n", x_angle_);
  if (y_color) commands += "set ytics" + colored(y_color) + "\n";
  if (!y_label.empty())
    commands += "set ylabel " + quote(y_label) + colored(y_color) + " offset 0.5,0\n";
  if (second) {
    commands += second->commands("y2", second_tics());
    commands += "set y2tics" + colored(second_color) + "\n";
    if (!second_label.empty())
      commands += "set y2label " + quote(second_label) + colored(second_color) + " offset -0.5,0\n";
  }
  if (grid)
    commands +=
        "set grid xtics ytics linetype 1 linewidth 0.8 linecolor rgb \"#b0b0b0\" "
        "back\n";
  return commands;
}

std::vector<Tic> fitting_tics(const std::vector<std::string>& texts, double width) {
  double longest = 0;
  for (const std::string& text : texts) longest = std::max(longest, text_width(text) + 6);
  const double step = std::ceil(longest * double(texts.size()) / std::max(1.0, width));
  std::vector<Tic> tics;
  for (std::size_t i = 0; i < texts.size(); i += std::size_t(std::max(1.0, step)))
    tics.push_back({double(i), texts[i]});
  return tics;
}

std::vector<Tic> fitting_rows(const std::vector<std::string>& texts, double height) {
  const double step = std::ceil(14 * double(texts.size()) / std::max(1.0, height));
  std::vector<Tic> tics;
  for (std::size_t i = 0; i < texts.size(); i += std::size_t(std::max(1.0, step)))
    tics.push_back({double(texts.size() - 1 - i), texts[i]});
  return tics;
}

namespace {
constexpr double kGap = 16, kBar = 20, kBarTics = 16;  // px
}

double bar_room(const ColorScale& scale, const std::string& label, double width) {
  // A bar beside a narrow drawing may leave it half of the width, and the texts are cut.
  return std::min(width / 2,
                  kGap + kBar + kBarTics + scale.tics_width + kLine * line_count(label) + 12);
}

std::string color_bar(const ColorScale& scale, const std::string& label, const Area& area,
                      double width) {
  return scale.commands +
         fmt::format(
             "set colorbox vertical user origin screen {}, graph 0 size screen {}, graph 1\n",
             number((area.left + area.width + kGap) / width), number(kBar / width)) +
         (label.empty() ? "" : "set cblabel " + quote(label) + "\n");
}

}  // namespace plots
